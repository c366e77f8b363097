import * as z from 'zod/mini';

/** What the `types` parameter of a stream selects by; `events` are the state events. */
export const streamSelections = ['events', 'tokens', 'progress', 'data', 'errors'] as const;
export type StreamSelection = (typeof streamSelections)[number];

/** The query of an execution's stream. */
export const StreamQuery = z.strictObject({
  /** Separated by commas; everything when absent. */
  types: z.optional(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((text) => text.split(',')),
      ),
      z.array(z.enum(streamSelections)),
    ),
  ),
  /** `plain` gives bare values in place of frames. */
  format: z.optional(z.enum(['plain'])),
  /** For readers that cannot set the `Last-Event-ID` header. */
  lastEventId: z.optional(z.string().check(z.maxLength(128))),
  ticket: z.optional(z.string().check(z.maxLength(256))),
});
export type StreamQuery = z.output<typeof StreamQuery>;
