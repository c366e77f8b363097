import * as z from 'zod/mini';

import type { Unrecognized } from '../enums.js';

/**
 * A list of words that may grow. Writing is closed: the validator refuses any other word. Reading is open: `decode` puts
 * `UNRECOGNIZED` where a newer word stood, which is why the output type includes it.
 */
export function openEnum<const Word extends string>(words: readonly Word[]): z.ZodMiniType<Word | Unrecognized, Word> {
  return z.enum(words) as z.ZodMiniType<Word | Unrecognized, Word>;
}

/** A field that is always written, with `null` for absence. Readers take a missing key for `null`. */
export function orNull<Schema extends z.ZodMiniType>(schema: Schema): z.ZodMiniDefault<z.ZodMiniNullable<Schema>> {
  return z._default<z.ZodMiniNullable<Schema>>(z.nullable(schema), () => null);
}

/** A count or a number of milliseconds since 1970: a safe integer, not negative. */
export const count = z.int().check(z.gte(0));
