import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Handler, type Request } from 'express';

/**
 * The web app: built files, and its page for every address that is not one of a file. Files whose names carry a hash never
 * change; everything else is asked for each time. A file that is not there is not there: it is never the page.
 *
 * @param directory - where the built app is.
 */
export function webApp(directory: string): Handler[] {
  const page = join(directory, 'index.html');
  const files = express.static(directory, {
    index: false,
    redirect: false,
    setHeaders(response, path) {
      const isHashed = path.startsWith(join(directory, 'assets'));
      response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return [
    files,
    (request, response, next) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return next();
      // A person's address may look like a file's: kinds have dots in them. What tells is who asks.
      if (request.path.startsWith('/assets/') || !wantsPage(request)) return next();
      if (!existsSync(page)) return next();
      response.setHeader('cache-control', 'no-cache');
      response.sendFile(page);
    },
  ];
}

/** Programs take JSON. Who takes anything, such as `curl`, gets the page where people's addresses are. */
function wantsPage(request: Request): boolean {
  const { accept = '*/*' } = request.headers;
  if (accept === '*/*') return /^\/(?:org\/.*)?$/.test(request.path);
  return request.accepts(['json', 'html']) === 'html';
}
