import type { Organisation } from '@flovyn/engine';
import { type Json, ServiceError, toJson } from '@flovyn/protocol';
import { SignInBody, parseBody, paths } from '@flovyn/protocol/http';
import type { Express, Request, Response } from 'express';
import type { BrowserSessions } from '../../auth/browser-sessions.js';
import type { Organisations } from '../../auth/organisations.js';
import type { Principal } from '../../auth/principal.js';
import { refuseForeignPage, sessionCookie, sessionIdOf } from '../../auth/session-cookie.js';
import type { Callers } from '../caller.js';
import { readJsonText } from '../read-body.js';

export interface SessionParts {
  readonly callers: Callers;
  readonly organisations: Organisations;
  readonly sessions: BrowserSessions;
  readonly recognise: (key: string) => Principal | undefined;
}

/** Who is asking; and signing in and out, for browsers, which keep a session where scripts cannot read it. */
export function mountSession(
  app: Express,
  { callers, organisations, sessions, recognise }: SessionParts,
  send: (response: Response, status: number, json: Json) => void,
): void {
  const end = (request: Request): void => {
    const id = sessionIdOf(request);
    if (id !== undefined) sessions.close(id);
  };

  app.get(paths.session, async (request, response) => {
    const principal = callers.identify(request);
    send(response, 200, toJson(sessionView(principal, await organisations.of(principal))));
  });

  app.post(paths.session, async (request, response) => {
    // A page elsewhere must not sign a visitor in as somebody else; programs have no origin, and nothing to be tricked into.
    if (request.headers.origin !== undefined) refuseForeignPage(request);
    const { apiKey } = parseBody(SignInBody, await readJsonText(request)).body;
    const principal = recognise(apiKey);
    if (principal === undefined) throw new ServiceError('UNAUTHENTICATED', 'The server does not know this API key.');
    if (principal.type === 'Worker') {
      throw new ServiceError('PERMISSION_DENIED', 'This is the key of a worker: sign in with the key of a person.');
    }
    end(request);
    giveCookie(response, sessionCookie(sessions.open(principal), request));
  });

  app.delete(paths.session, (request, response) => {
    refuseForeignPage(request);
    end(request);
    giveCookie(response, sessionCookie(undefined, request));
  });
}

function giveCookie(response: Response, cookie: string): void {
  response.writeHead(204, { 'set-cookie': cookie, 'cache-control': 'no-store' }).end();
}

/** Who the caller is, and where they may look. */
function sessionView(principal: Principal, organisation: Organisation | undefined): object {
  return {
    principal: principal.id,
    role: principal.type === 'User' ? principal.role : 'WORKER',
    orgs: organisation === undefined ? [] : [{ id: organisation.id, slug: organisation.slug, name: organisation.name }],
  };
}
