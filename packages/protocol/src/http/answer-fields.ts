import { UNRECOGNIZED, type Unrecognized } from '@flovyn/events';
import * as z from 'zod/mini';

// What the answers of several resources have in common.

/**
 * A word of a list that may grow, in an answer: one this version does not list reads as `UNRECOGNIZED`, so that a newer
 * server does not break an older client.
 */
export function openWord<Word extends string>(words: readonly Word[]) {
  const known: ReadonlySet<string> = new Set(words);
  const isKnown = (text: string): text is Word => known.has(text);
  return z.pipe(
    z.string().check(z.meta({ examples: [...words] })),
    z.transform((text): Word | Unrecognized => (isKnown(text) ? text : UNRECOGNIZED)),
  );
}

/** Where an answer stands in a list. */
export const paging = { total: z.number(), limit: z.number(), offset: z.number() };

/** RFC 3339, in UTC. */
export const Timestamp = z.string().check(z.meta({ format: 'date-time' }));
