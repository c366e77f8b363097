import type { IncomingMessage } from 'node:http';
import { ServiceError } from '@flovyn/protocol';
import { SESSION_MAX_MS } from './browser-sessions.js';
import { isLoopbackName } from './loopback.js';

const NAME = 'flovyn_session';
const OURS = new RegExp(`(?:^|;)\\s*${NAME}=([\\w-]+)`);

/** The id of the browser's session, if the request carries one. */
export function sessionIdOf({ headers }: IncomingMessage): string | undefined {
  return OURS.exec(headers.cookie ?? '')?.[1];
}

/**
 * The header that gives a browser its session, or takes it away when `id` is `undefined`. Beyond this machine it is only
 * sent over secure connections.
 */
export function sessionCookie(id: string | undefined, { headers }: IncomingMessage): string {
  const seconds = id === undefined ? 0 : SESSION_MAX_MS / 1_000;
  const cookie = `${NAME}=${id ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
  return isLoopbackName(`http://${headers.host ?? ''}`) ? cookie : `${cookie}; Secure`;
}

/**
 * Whether a page of ours sent the request, by what browsers say of it and scripts cannot change. Behind a proxy that gives
 * us another host, `Sec-Fetch-Site` says it.
 */
function isFromOurPage({ headers }: IncomingMessage): boolean {
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  const { origin, host } = headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

/** @throws {ServiceError} PERMISSION_DENIED when a browser's session is used by a page that may not. */
export type RefuseForeignPage = (request: IncomingMessage) => void;

/** @param mayUseSession - whether pages of another origin are as good as ours. */
export function foreignPageRefusal(mayUseSession: (origin: string) => boolean): RefuseForeignPage {
  return (request) => {
    const { origin } = request.headers;
    if (isFromOurPage(request) || (origin !== undefined && mayUseSession(origin))) return;
    throw new ServiceError(
      'PERMISSION_DENIED',
      "A browser's session changes something only from the server's own pages: send an API key instead.",
    );
  };
}
