import { ServiceError } from '@flovyn/protocol';
import type { Principal } from './principal.js';

/**
 * The caller behind an `Authorization` header.
 *
 * @param anonymous - who a call without credentials is, when there may be such a call.
 * @throws {ServiceError} UNAUTHENTICATED; it never says whether a key came close.
 */
export function authenticate(
  header: string | undefined,
  recognise: (token: string) => Principal | undefined,
  anonymous: Principal | undefined,
): Principal {
  if (header === undefined) {
    if (anonymous !== undefined) return anonymous;
    throw new ServiceError('UNAUTHENTICATED', 'This needs an API key: send it as "Authorization: Bearer <key>".');
  }
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (token === undefined) {
    throw new ServiceError('UNAUTHENTICATED', 'The Authorization header must read "Bearer <key>".');
  }
  const principal = recognise(token);
  if (principal === undefined) throw new ServiceError('UNAUTHENTICATED', 'The server does not know this API key.');
  return principal;
}
