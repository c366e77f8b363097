import { ServiceError, fromJson, toJson } from '@flovyn/protocol';
import type { Change, RequestOnce } from '../change.js';
import type { Answer } from '../decision.js';
import type { IdempotencyKey } from '../ports/store.js';

/** The key of a request beside those of executions, tasks and promises: no key of theirs has a control character in it. */
export function requestKeyName({ key }: RequestOnce): string {
  return `\u0001${key}`;
}

/** The answer of the first time, for a request that has been carried out. */
export function repeatedAnswer(once: RequestOnce, known: IdempotencyKey): Answer<unknown> {
  if (known.request?.fingerprint !== once.fingerprint) {
    const refusal = new ServiceError(
      'IDEMPOTENCY_KEY_REUSED',
      `Idempotency-Key "${once.key}" came with another request before. Use a new key for a new request.`,
    );
    return { refusal };
  }
  return { reply: fromJson(known.request.reply) };
}

/** What is kept of a request that was carried out. */
export function carriedOut(
  { orgId }: Pick<Change<unknown>, 'orgId'>,
  once: RequestOnce,
  reply: unknown,
  now: number,
  newId: () => string,
): IdempotencyKey {
  return {
    orgId,
    key: requestKeyName(once),
    target: 'request',
    targetId: newId(),
    expiresAt: now + once.ttlSeconds * 1_000,
    // A reply of nothing is null, and given back as such: nobody reads it.
    request: { fingerprint: once.fingerprint, reply: toJson(reply ?? null) },
  };
}
