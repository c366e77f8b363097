import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ServiceError } from '@flovyn/protocol';
import { pathTo, paths } from '@flovyn/protocol/http';
import type { Answer } from '../answer.js';
import { EVENTS_STYLES, eventsStyles } from './asyncapi-page.js';

const BUNDLE = 'swagger-ui-bundle.js';
const STYLES = 'swagger-ui.css';
const START = 'start.js';

const asset = (file: string): string => pathTo(paths.docsAsset, { file });

/** The page that shows the OpenAPI document. Everything it loads comes from this server. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>The HTTP interface - Flovyn</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${asset(STYLES)}">
</head>
<body>
<p>What the streams say is on <a href="${paths.asyncApi}">the page of the events</a>.</p>
<div id="docs"></div>
<script src="${asset(BUNDLE)}"></script>
<script src="${asset(START)}"></script>
</body>
</html>
`;

/** In a file of its own: pages of ours run no script that stands in them. No validator elsewhere is asked. */
const start = `window.docs = SwaggerUIBundle({
  url: '${paths.openApi}',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
});
`;

const TYPES: Readonly<Record<string, string>> = {
  [BUNDLE]: 'text/javascript; charset=utf-8',
  [STYLES]: 'text/css; charset=utf-8',
};

/** A file of the page. */
export function docsAsset(file: string): Answer {
  // An hour: a newer server has newer files under the same names.
  const headers = { 'cache-control': 'public, max-age=3600' };
  if (file === START) {
    return { status: 200, content: { type: 'text/javascript; charset=utf-8', body: start }, headers };
  }
  if (file === EVENTS_STYLES) {
    return { status: 200, content: { type: 'text/css; charset=utf-8', body: eventsStyles }, headers };
  }
  const type = Object.hasOwn(TYPES, file) ? TYPES[file] : undefined;
  if (type === undefined) throw new ServiceError('NOT_FOUND', 'There is no such file.');
  const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return { status: 200, content: { type, body: createReadStream(join(directory, file)) }, headers };
}
