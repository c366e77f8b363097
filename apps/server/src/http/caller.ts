import type { IncomingMessage } from 'node:http';
import type { Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { Action, Authorise } from '../auth/access.js';
import type { Known, Recognise } from '../auth/authenticator.js';
import { authenticate } from '../auth/bearer.js';
import { isFromThisMachine } from '../auth/loopback.js';
import type { BrowserSessions } from '../auth/browser-sessions.js';
import type { Organisations } from '../auth/organisations.js';
import type { Principal } from '../auth/principal.js';
import { type RefuseForeignPage, sessionIdOf } from '../auth/session-cookie.js';

/** Says who is asking, and whether they may. Every route of the HTTP door asks it first. */
export interface Callers {
  /**
   * By the key, else by the session of the browser.
   *
   * @throws {ServiceError} UNAUTHENTICATED; UNAVAILABLE when nobody can say who it is; PERMISSION_DENIED when a page of
   * another site uses a browser's session.
   * @param shown - what it shows of who it is: what stands in the request, when absent.
   */
  identify(request: IncomingMessage, shown?: Shown): Promise<Known>;
  /**
   * For what belongs to no organisation.
   *
   * @throws {ServiceError} PERMISSION_DENIED
   */
  allow(principal: Principal, action: Action): void;
  /**
   * The organisation of a path, for a caller who may do this in it.
   *
   * @throws {ServiceError} PERMISSION_DENIED, NOT_FOUND
   */
  admit(principal: Principal, action: Action, slugOrId: string): Promise<Organisation>;
}

/** What a request shows of who sends it. */
export interface Shown {
  readonly authorization?: string | undefined;
  /** The id of a browser's session; looked at when there is no authorization. */
  readonly session?: string | undefined;
}

/** @throws {ServiceError} UNAUTHENTICATED when it shows several keys. */
export function shownBy(request: IncomingMessage): Shown {
  const authorization = authorizationOf(request);
  return authorization === undefined ? { session: sessionIdOf(request) } : { authorization };
}

export interface CallersOptions {
  readonly recognise: Recognise;
  readonly sessions: BrowserSessions;
  readonly refuseForeignPage: RefuseForeignPage;
  /** Who a call without credentials from this machine is; `undefined` outside of development. */
  readonly anonymous: Principal | undefined;
  readonly authorise: Authorise;
  readonly organisations: Organisations;
}

/** Parameters in which people send keys. A key in an address ends up in logs and histories. */
const KEYS_IN_QUERY = /[?&](access_token|token|api_?key|key|authorization)=/i;

/** What changes nothing, and so may be asked for by any page that a browser sends a cookie for. */
const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD']);

export function createCallers(options: CallersOptions): Callers {
  const { recognise, sessions, refuseForeignPage, anonymous, authorise, organisations } = options;
  return {
    async identify(request, shown) {
      if (KEYS_IN_QUERY.test(request.url ?? '')) {
        throw new ServiceError(
          'INVALID_ARGUMENT',
          'A key must not stand in the address: send it as "Authorization: Bearer <key>".',
        );
      }
      const { headers, socket } = request;
      const { authorization, session } = shown ?? shownBy(request);
      const signedIn = session === undefined ? undefined : await sessions.find(session);
      if (signedIn !== undefined) {
        if (!SAFE_METHODS.has(request.method)) refuseForeignPage(request);
        return signedIn;
      }
      const isAnonymous =
        anonymous !== undefined &&
        authorization === undefined &&
        isFromThisMachine({
          peer: socket.remoteAddress,
          host: headers.host,
          origin: headers.origin,
          fetchSite: oneOf(headers['sec-fetch-site']),
          forwardedFor: oneOf(headers['x-forwarded-for']) ?? oneOf(headers['forwarded']),
        });
      return authenticate(authorization, recognise, isAnonymous ? { principal: anonymous } : undefined);
    },
    allow: authorise,
    async admit(principal, action, slugOrId) {
      const organisation = await organisations.own(principal, slugOrId);
      authorise(principal, action);
      return organisation;
    },
  };
}

/** Of two headers, one of us and somebody in front of us might each look at another one. */
function authorizationOf({ headers, rawHeaders }: IncomingMessage): string | undefined {
  if (headers.authorization === undefined) return undefined;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'authorization') count++;
  }
  if (count === 1) return headers.authorization;
  throw new ServiceError('UNAUTHENTICATED', 'There is more than one Authorization header: send one.');
}

function oneOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join() : value;
}
