import type { Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { SessionView, SignInBody, paths } from '@flovyn/protocol/http';
import type { IncomingMessage } from 'node:http';
import type { Recognise } from '../../auth/authenticator.js';
import { identify } from '../../auth/bearer.js';
import type { BrowserSessions } from '../../auth/browser-sessions.js';
import type { Organisations } from '../../auth/organisations.js';
import type { Principal } from '../../auth/principal.js';
import { type RefuseForeignPage, sessionCookie, sessionIdOf } from '../../auth/session-cookie.js';
import { okValue } from '../answer.js';
import { type Route, callerRoute, openRoute } from '../route.js';
import { found } from './shared.js';

export interface SessionParts {
  readonly organisations: Organisations;
  readonly sessions: BrowserSessions;
  readonly refuseForeignPage: RefuseForeignPage;
  readonly recognise: Recognise;
}

/** Who is asking; and signing in and out, for browsers, which keep a session where scripts cannot read it. */
export function sessionRoutes(parts: SessionParts): readonly Route[] {
  const { organisations, sessions, refuseForeignPage, recognise } = parts;
  const end = (request: IncomingMessage): void => {
    const id = sessionIdOf(request);
    if (id !== undefined) sessions.close(id);
  };
  const withCookie = (cookie: string) => ({ status: 204, headers: { 'set-cookie': cookie } });

  return [
    callerRoute({
      method: 'GET',
      path: paths.session,
      summary: 'Who am I',
      answers: found('The caller, and where it may look', SessionView),
      handle: async ({ principal }) => okValue(sessionView(principal, await organisations.of(principal))),
    }),
    openRoute({
      method: 'POST',
      path: paths.session,
      summary: 'Sign a browser in',
      description:
        'With the key or the token of a person. The cookie stands for it from then on, for as long as it lasts.',
      body: SignInBody,
      example: { apiKey: 'flovyn_sk_dev_admin' },
      answers: { 204: { what: 'Signed in, with a cookie' } },
      async handle({ request, body: { apiKey } }) {
        // A page elsewhere must not sign a visitor in as somebody else; programs have no origin, and nothing to be tricked into.
        if (request.headers.origin !== undefined) refuseForeignPage(request);
        const known = await identify(apiKey, recognise);
        if (known.principal.type === 'Worker') {
          throw new ServiceError('PERMISSION_DENIED', 'This is the key of a worker: sign in with the key of a person.');
        }
        end(request);
        return withCookie(sessionCookie(sessions.open(known), request));
      },
    }),
    openRoute({
      method: 'DELETE',
      path: paths.session,
      summary: 'Sign a browser out',
      answers: { 204: { what: 'Signed out' } },
      handle({ request }) {
        refuseForeignPage(request);
        end(request);
        return withCookie(sessionCookie(undefined, request));
      },
    }),
  ];
}

/** Who the caller is, and where they may look. */
function sessionView(principal: Principal, organisation: Organisation | undefined): object {
  return {
    principal: principal.id,
    role: principal.type === 'User' ? principal.role : 'WORKER',
    orgs: organisation === undefined ? [] : [{ id: organisation.id, slug: organisation.slug, name: organisation.name }],
  };
}
