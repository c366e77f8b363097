import type { IncomingMessage } from 'node:http';
import { ServiceError, limits } from '@flovyn/protocol';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Callers } from './caller.js';
import { mount } from './mount.js';
import type { SendProblem } from './problems.js';
import type { Route } from './route.js';
import { webApp } from './static-files.js';

export interface AppParts {
  readonly routes: readonly Route[];
  readonly callers: Callers;
  readonly sendProblem: SendProblem;
  /** Where the built web app is. */
  readonly webDirectory: string;
}

/** Everything the HTTP door answers but live streams, in the order in which a request meets it. */
export function createApp({ routes, callers, sendProblem, webDirectory }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);

  app.use((request, response, next) => {
    if (request.url.length <= limits.urlBytes) return next();
    const message = `An address may have at most ${limits.urlBytes} bytes.`;
    sendProblem(request, response, new ServiceError('PAYLOAD_TOO_LARGE', message, { limit: limits.urlBytes }), 414);
  });

  mount(app, routes, callers);

  app.use(['/api', '/_'], (request) => {
    throw new ServiceError('NOT_FOUND', `There is nothing at this address for ${request.method}.`);
  });
  app.use(webApp(webDirectory));
  app.use(() => {
    throw new ServiceError('NOT_FOUND', 'There is nothing at this address.');
  });
  app.use(((error, request, response, _next) => {
    sendProblem(request, response, fromFramework(error));
  }) satisfies ErrorRequestHandler);
  return app;
}

/** The template of the route that was found for a request: the framework notes it there. */
export function routeOf(request: IncomingMessage): string | undefined {
  const { route } = request as { readonly route?: { readonly path: string } };
  return route?.path;
}

/** What the framework itself throws is about the request: a part of the path that cannot be decoded, a missing file. */
function fromFramework(error: unknown): unknown {
  if (ServiceError.is(error) || !(error instanceof Error)) return error;
  const status = 'status' in error ? error.status : undefined;
  if (status === 404) return new ServiceError('NOT_FOUND', 'There is nothing at this address.', { cause: error });
  if (typeof status !== 'number' || status < 400 || status >= 500) return error;
  return new ServiceError('INVALID_ARGUMENT', 'The address cannot be read.', { cause: error });
}
