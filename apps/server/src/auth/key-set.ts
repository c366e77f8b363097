import { ServiceError } from '@flovyn/protocol';
import {
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
} from 'jose';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import { readWithin, reasonOf } from './read-within.js';

/** 10 min: a key that its owner has taken out of the set opens nothing after that, even when nobody else signs. */
const KEPT_MS = 10 * 60_000;
/** 10 s: how often a token that names an unknown key may make us look for new ones. */
const LOOK_AGAIN_MS = 10_000;
/** 2 s: how long an owner who could not be reached is left alone. */
const LEFT_ALONE_MS = 2_000;
const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1_024;

export interface KeySetOptions {
  readonly lookAgainMs?: number | undefined;
  readonly leftAloneMs?: number | undefined;
}

/**
 * The public keys of somebody who signs tokens: fetched when the first token comes, kept for a while, and fetched anew when a
 * token names a key that is not among them. So keys can be changed without anybody telling us.
 *
 * @returns what finds the key of a token. It throws UNAVAILABLE when the keys cannot be had, and an error of the library
 * when the token names none of them.
 */
export function createKeySet(
  url: URL,
  log: Logger,
  { lookAgainMs = LOOK_AGAIN_MS, leftAloneMs = LEFT_ALONE_MS }: KeySetOptions = {},
): JWTVerifyGetKey {
  let failedAt = -Infinity;
  const fetchKeys = async (address: string, init: RequestInit): Promise<Response> => {
    if (performance.now() - failedAt < leftAloneMs) throw new Error('The keys could not be had a moment ago.');
    try {
      const response = await fetch(address, init);
      if (response.status !== 200) throw new Error(`It answered with the status ${response.status}.`);
      const text = await readWithin(response, MOST_BYTES);
      // Throws here what cannot be used, so that it is told of and not fetched for every token.
      createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      return new Response(text);
    } catch (error: unknown) {
      failedAt = performance.now();
      log.warn({ host: url.host, reason: reasonOf(error) }, logEvents.keySetAway);
      throw error;
    }
  };
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: lookAgainMs,
    cacheMaxAge: KEPT_MS,
    [customFetch]: fetchKeys,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error: unknown) {
      // These two are about the token; anything else is about the keys.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new ServiceError('UNAVAILABLE', 'The server cannot get the keys to check this token with. Try again.', {
        cause: new Error(reasonOf(error)),
      });
    }
  };
}
