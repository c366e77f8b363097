import * as z from 'zod/mini';

import { limits } from '../limits.js';
import { ServiceError } from '../service-error.js';
import { parseKind, parseName, parseQueue } from '../validate.js';
import { ttlSeconds } from './ttl.js';

// What the bodies and queries of several resources have in common. Apart from the answers, so that a client that only
// reads those need not load what checks requests.

/** The kind of a workflow or task. */
export const Kind = z.string().check(identifier(parseKind, 'must be 1 to 255 letters, digits or any of _ . : / @ -'));

/** The name of a queue. */
export const Queue = z.string().check(identifier(parseQueue, 'must be 1 to 100 letters, digits or any of _ . : / @ -'));

/** The name of a signal. */
export const Name = z
  .string()
  .check(identifier((text) => parseName(text, 'name'), 'must be 1 to 255 characters without control characters'));

/** A key that makes repeating a start harmless. */
export const IdempotencyKey = z.string().check(z.minLength(1), z.maxLength(limits.idempotencyKeyLength));

/** How long an idempotency key is remembered, such as `24h`. */
export const Ttl = z.string().check(
  z.refine((text) => ttlSeconds(text) !== undefined, {
    error: 'must be a time such as "30s", "5m", "2h" or "7d", at most 30 days.',
  }),
);

/** Fields of the user's own to find an execution by: at most 100 keys, three levels deep, 16 KiB as JSON. */
export const Metadata = z.record(z.string(), z.unknown()).check(
  z.refine((value) => Object.keys(value).length <= limits.metadataKeys, {
    error: `must have at most ${limits.metadataKeys} keys.`,
  }),
  z.refine((value) => depthOf(value) <= limits.metadataDepth, {
    error: `must be at most ${limits.metadataDepth} levels deep.`,
  }),
  z.refine((value) => new TextEncoder().encode(JSON.stringify(value)).byteLength <= limits.metadataBytes, {
    error: `must have at most ${limits.metadataBytes} bytes as JSON.`,
  }),
);

/** A whole number in a query. */
export function queryInteger(least: number, most: number) {
  return z.pipe(
    z.string().check(
      z.refine((text) => /^\d{1,15}$/.test(text), { error: 'must be a whole number.' }),
      // It is text only on its way; whoever reads of it fills in a number.
      z.meta({ type: 'integer', minimum: least, maximum: most }),
    ),
    z.pipe(z.transform(Number), z.number().check(z.minimum(least), z.maximum(most))),
  );
}

/** A body that also takes older words for its members. Where a member is there under both, the older one is unknown. */
export function withOlderWords<Schema extends z.ZodMiniType>(
  words: Readonly<Record<string, string>>,
  schema: Schema,
): z.ZodMiniPipe<z.ZodMiniTransform, Schema> {
  const newWord = (body: object, word: string): string => {
    const newer = Object.hasOwn(words, word) ? words[word] : undefined;
    return newer === undefined || Object.hasOwn(body, newer) ? word : newer;
  };
  const renamed = (body: unknown): unknown =>
    typeof body !== 'object' || body === null || Array.isArray(body)
      ? body
      : Object.fromEntries(Object.entries(body).map(([word, value]) => [newWord(body, word), value]));
  return z.pipe(z.transform(renamed), schema);
}

/** Which part of a list is wanted. */
export const page = {
  limit: z._default(queryInteger(1, limits.pageSizeMax), limits.pageSize).check(z.meta({ default: limits.pageSize })),
  offset: z._default(queryInteger(0, Number.MAX_SAFE_INTEGER), 0).check(z.meta({ default: 0 })),
};

function identifier(parse: (text: string) => string, error: string) {
  return z.refine<string>(
    (text) => {
      try {
        parse(text);
        return true;
      } catch (thrown: unknown) {
        if (ServiceError.is(thrown)) return false;
        throw thrown;
      }
    },
    { error: `${error}.`, params: { code: 'INVALID_IDENTIFIER' } },
  );
}

/** Recursion is safe: the body has been checked for depth before. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
