import type { Engine, Organisation, Queries } from '@flovyn/engine';
import { ServiceError, limits } from '@flovyn/protocol';
import { headers, paths } from '@flovyn/protocol/http';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import { type Answer, type Route, createCall } from './call.js';
import type { Callers } from './caller.js';
import { contractView } from './contract.js';
import { errorPage } from './error-pages.js';
import type { Health } from './health.js';
import type { SendProblem } from './problems.js';
import { type SessionParts, mountSession } from './routes/session.js';
import { taskExecutionRoutes } from './routes/task-executions.js';
import { taskRecordRoutes } from './routes/tasks.js';
import { workflowExecutionRoutes } from './routes/workflow-executions.js';
import { webApp } from './static-files.js';

export interface AppParts extends SessionParts {
  readonly engine: Engine;
  readonly queries: Queries;
  readonly health: () => Promise<Health>;
  readonly sendProblem: SendProblem;
  /** Where the built web app is. */
  readonly webDirectory: string;
}

/** Everything the HTTP door answers but live streams, in the order in which a request meets it. */
export function createApp(parts: AppParts): Express {
  const { callers, health, sendProblem } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);

  app.use((request, response, next) => {
    if (request.url.length <= limits.urlBytes) return next();
    const message = `An address may have at most ${limits.urlBytes} bytes.`;
    sendProblem(request, response, new ServiceError('PAYLOAD_TOO_LARGE', message, { limit: limits.urlBytes }), 414);
  });

  app.get(paths.live, (_request, response) => send(response, 200, '{"status":"UP"}'));
  app.get(paths.health, async (_request, response) => {
    const answer = await health();
    send(response, answer.status === 'UP' ? 200 : 503, JSON.stringify(answer));
  });
  app.get(paths.errorPage, (request, response) => {
    const page = errorPage(request.params.slug);
    response.type('html').send(page);
  });
  const contract = contractView();
  app.get(paths.contract, (request, response) => {
    callers.identify(request);
    send(response, 200, contract);
  });
  mountSession(app, parts, send);

  mount(app, routes(parts), callers);

  app.use(['/api', '/_'], (request) => {
    throw new ServiceError('NOT_FOUND', `There is nothing at this address for ${request.method}.`);
  });
  app.use(webApp(parts.webDirectory));
  app.use(() => {
    throw new ServiceError('NOT_FOUND', 'There is nothing at this address.');
  });
  app.use(((error, request, response, _next) => {
    sendProblem(request, response, fromFramework(error));
  }) satisfies ErrorRequestHandler);
  return app;
}

/** Every route that belongs to an organisation. */
export function routes({ engine, queries }: { readonly engine: Engine; readonly queries: Queries }): readonly Route[] {
  return [
    ...workflowExecutionRoutes(engine, queries),
    ...taskExecutionRoutes(engine, queries),
    ...taskRecordRoutes(queries),
  ];
}

function mount(app: Express, routes: readonly Route[], callers: Callers): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = new Map(routes.filter((route) => route.path === path).map((route) => [route.method, route]));
    app.all(path, async (request, response) => {
      const principal = callers.identify(request);
      // An answer to HEAD is one to GET, of which only the headers are sent.
      const route = here.get(request.method === 'HEAD' ? 'GET' : (request.method as Route['method']));
      if (route === undefined) {
        const allowed = [...here.keys()].join(', ');
        response.setHeader('allow', allowed);
        throw new ServiceError('METHOD_NOT_ALLOWED', `This address takes ${allowed}, not ${request.method}.`);
      }
      if (route.method !== 'GET') refuseIdempotencyHeader(request);
      const organisation: Organisation = await callers.admit(principal, route.action, String(request.params['org']));
      answer(response, await route.handle(createCall(request, request.params, principal, organisation)));
    });
  }
}

/** Whoever sends it relies on it: carrying the request out twice would be worse than not at all. */
function refuseIdempotencyHeader(request: Request): void {
  if (request.headers[headers.idempotencyKey] === undefined) return;
  throw new ServiceError(
    'UNIMPLEMENTED',
    'This version does not repeat answers by the header Idempotency-Key: leave it out, and put the key of a start as ' +
      '"idempotencyKey" into the body.',
  );
}

function answer(response: Response, { status, json }: Answer): void {
  if (json === undefined) response.writeHead(status, { 'cache-control': 'no-store' }).end();
  else send(response, status, json);
}

function send(response: Response, status: number, json: string): void {
  const body = Buffer.from(json);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** What the framework itself throws is about the request: a part of the path that cannot be decoded, a missing file. */
function fromFramework(error: unknown): unknown {
  if (ServiceError.is(error) || !(error instanceof Error)) return error;
  const status = 'status' in error ? error.status : undefined;
  if (status === 404) return new ServiceError('NOT_FOUND', 'There is nothing at this address.', { cause: error });
  if (typeof status !== 'number' || status < 400 || status >= 500) return error;
  return new ServiceError('INVALID_ARGUMENT', 'The address cannot be read.', { cause: error });
}
