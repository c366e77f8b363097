import { pathTo, paths } from '@flovyn/protocol/http';
import type { AsyncApi, EventChannel, EventMessage, EventSchema } from './asyncapi.js';
import { escaped, marked } from './html.js';

/** The name of the page's style sheet among the files of the documentation. */
export const EVENTS_STYLES = 'events.css';

/** How the page looks; a file of its own, because pages of ours have no style in them. */
export const eventsStyles = `:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .875em; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8885; border-radius: .25rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8885; }
section { border-top: 1px solid #8885; margin-top: 1.5rem; }
.tag { border: 1px solid #8888; border-radius: .75rem; padding: 0 .5rem; font-size: .8em; }
`;

/** A page for people, of the AsyncAPI document: streams first, then every message with its fields and samples. */
export function asyncApiPage(document: AsyncApi): string {
  const { info, channels, components } = document;
  const { title, version, description } = info;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${pathTo(paths.docsAsset, { file: EVENTS_STYLES })}">
</head>
<body>
<h1>${escaped(title)}</h1>
<p>Version ${escaped(version)}, as <a href="${paths.asyncApiYaml}">YAML</a> or <a href="${paths.asyncApiJson}">JSON</a>.
The requests are on <a href="${paths.docs}">the page of the HTTP interface</a>.</p>
<p>${marked(description)}</p>
<h2>Streams</h2>
${Object.entries(channels)
  .map(([id, channel]) => channelSection(document, id, channel))
  .join('\n')}
<h2>Messages</h2>
${Object.values(components.messages)
  .map((message) => messageSection(document, message))
  .join('\n')}
</body>
</html>
`;
}

function channelSection({ operations }: AsyncApi, id: string, channel: EventChannel): string {
  const { address, title, description, messages } = channel;
  const operation = Object.values(operations).find(({ channel: of }) => of.$ref === `#/channels/${id}`);
  const query = operation?.bindings?.http?.query?.properties ?? {};
  const rows = Object.entries(query).map(([name, { description: what = '', enum: words }]) => [
    `<code>${escaped(name)}</code>`,
    `${words === undefined ? '' : `${words.map((word) => `<code>${escaped(word)}</code>`).join(' or ')}. `}${marked(what)}`,
  ]);
  const links = Object.keys(messages).map((name) => `<a href="#${escaped(name)}"><code>${escaped(name)}</code></a>`);
  return (
    `<section id="stream-${escaped(id)}"><h3>${escaped(title)}</h3>\n<p><code>${escaped(address)}</code></p>\n` +
    `<p>${marked(description)}</p>\n${table(['Query', 'Meaning'], rows)}<p>${links.join(' ')}</p></section>`
  );
}

function messageSection(
  document: AsyncApi,
  { name, summary, tags = [], payload, examples = [] }: EventMessage,
): string {
  const labels = tags.map((tag) => ` <span class="tag">${escaped(tag.name)}</span>`).join('');
  const rows = fieldsOf(document, payload).map(({ field, required, schema }) => [
    `<code>${escaped(field)}</code>${required ? '' : ' (may be absent)'}`,
    typeOf(document, schema),
  ]);
  const samples = examples.map((sample) => `<pre>${escaped(JSON.stringify(sample.payload, null, 2))}</pre>`);
  const shown = samples.length === 0 ? '' : `<details><summary>Samples</summary>${samples.join('')}</details>`;
  return (
    `<section id="${escaped(name)}"><h3><code>${escaped(name)}</code>${labels}</h3>\n` +
    `<p>${marked(summary)}</p>\n${table(['Field', 'Holds'], rows)}${shown}</section>`
  );
}

interface FieldRow {
  readonly field: string;
  readonly required: boolean;
  readonly schema: EventSchema;
}

/** What is particular to a message: of a frame the event in it, and of news the snapshot in that. */
function fieldsOf(document: AsyncApi, payload: EventSchema): FieldRow[] {
  const event = payload.allOf?.find(({ properties }) => properties?.['event'] !== undefined)?.properties?.['event'];
  const about = resolved(document, event ?? payload);
  const data = about.properties?.['event'] === undefined ? about : resolved(document, about.properties['data'] ?? {});
  return Object.entries(data.properties ?? {}).map(([field, schema]) => ({
    field,
    required: data.required?.includes(field) ?? false,
    schema,
  }));
}

function typeOf(document: AsyncApi, given: EventSchema): string {
  const schema = resolved(document, given);
  const words = schema['x-open-enum'] ?? schema.enum;
  if (words !== undefined) return words.map((word) => `<code>${escaped(word)}</code>`).join(' ');
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeOf(document, each)).join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(document, schema.items)}`;
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties);
    return fields.map(([name, each]) => `<code>${escaped(name)}</code>: ${typeOf(document, each)}`).join(', ');
  }
  return escaped([schema.type ?? 'any JSON'].flat().join(' or '));
}

function resolved({ components }: AsyncApi, schema: EventSchema): EventSchema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (components.schemas[name] ?? {});
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table>\n${line(head, 'th')}\n${rows.map((row) => line(row, 'td')).join('\n')}\n</table>\n`;
}
