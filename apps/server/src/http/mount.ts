import type { IncomingMessage } from 'node:http';
import { ServiceError } from '@flovyn/protocol';
import { headers } from '@flovyn/protocol/http';
import type { Express } from 'express';
import type { Principal } from '../auth/principal.js';
import { type Answer, sendAnswer } from './answer.js';
import { type Call, createCall } from './call.js';
import type { Callers } from './caller.js';
import type { Method, Route } from './route.js';

/** Puts routes where requests find them. Whoever asks is known, and may ask, before a route hears of it. */
export function mount(app: Express, routes: readonly Route[], callers: Callers): void {
  for (const [path, here] of byPath(routes)) {
    const isOpen = [...here.values()].some((route) => route.access === 'anyone');
    app.all(path, async (request, response) => {
      const principal = isOpen ? undefined : (await callers.identify(request)).principal;
      // An answer to HEAD is one to GET, of which only the headers are sent.
      const route = here.get(request.method === 'HEAD' ? 'GET' : (request.method as Method));
      if (route === undefined) {
        const allowed = [...here.keys()].join(', ');
        response.setHeader('allow', allowed);
        throw new ServiceError('METHOD_NOT_ALLOWED', `This address takes ${allowed}, not ${request.method}.`);
      }
      const call = createCall(request, request.params);
      await sendAnswer(response, await ask(route, call, principal, callers));
    });
  }
}

/** The routes of each address, by method. An address with a fixed last word goes before one that takes any. */
function byPath(routes: readonly Route[]): Map<string, Map<Method, Route>> {
  const order = (path: string): string => path.replaceAll(/:\w+/g, '\uffff');
  const paths = [...new Set(routes.map(({ path }) => path))];
  return new Map(
    paths
      .toSorted((one, other) => (order(one) < order(other) ? -1 : 1))
      .map((path) => [
        path,
        new Map(routes.filter((route) => route.path === path).map((route) => [route.method, route])),
      ]),
  );
}

async function ask(route: Route, call: Call, known: Principal | undefined, callers: Callers): Promise<Answer> {
  if (route.access === 'anyone') return route.handle(call);
  const principal = known ?? (await callers.identify(call.request)).principal;
  if (route.method !== 'GET' && route.repeatable !== true) refuseIdempotencyHeader(call.request);
  if (route.access === 'org') {
    return route.handle(call, principal, await callers.admit(principal, route.action, call.part('org')));
  }
  if (route.action !== undefined) callers.allow(principal, route.action);
  return route.handle(call, principal);
}

/** Whoever sends it relies on it: carrying the request out twice would be worse than not at all. */
function refuseIdempotencyHeader(request: IncomingMessage): void {
  if (request.headers[headers.idempotencyKey] === undefined) return;
  throw new ServiceError(
    'UNIMPLEMENTED',
    'What this address does cannot be repeated by the header Idempotency-Key. Leave the header out.',
  );
}
