import { ServiceError, limits } from '@flovyn/protocol';
import type { Known, Recognise } from './authenticator.js';

/**
 * The caller behind an `Authorization` header; at once, if the answer is.
 *
 * @param anonymous - who a call without credentials is, when there may be such a call.
 * @throws {ServiceError} UNAUTHENTICATED, which never says whether a key came close; UNAVAILABLE when nobody can say who it
 * is. May throw as well as reject.
 */
export function authenticate(
  header: string | undefined,
  recognise: Recognise,
  anonymous: Known | undefined,
): Known | Promise<Known> {
  if (header === undefined) {
    if (anonymous !== undefined) return anonymous;
    throw new ServiceError('UNAUTHENTICATED', 'This needs an API key: send it as "Authorization: Bearer <key>".');
  }
  return identify(credentialIn(header), recognise);
}

/** Whoever a credential stands for. As {@link authenticate}. */
export function identify(credential: string, recognise: Recognise): Known | Promise<Known> {
  // Longer ones would not pass the gRPC door either, and are not worth looking at.
  if (credential.length > limits.credentialLength) throw unknownCaller();
  const answer = recognise(credential);
  return answer instanceof Promise ? answer.then((known) => known ?? refuse()) : (answer ?? refuse());
}

function credentialIn(header: string): string {
  const credential = header.length > 2 * limits.credentialLength ? '' : /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (credential !== undefined && credential !== '') return credential;
  throw new ServiceError('UNAUTHENTICATED', 'The Authorization header must read "Bearer <key>".');
}

function refuse(): never {
  throw unknownCaller();
}

function unknownCaller(): ServiceError {
  return new ServiceError('UNAUTHENTICATED', 'The server does not know this API key.');
}
