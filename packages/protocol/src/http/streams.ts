import * as z from 'zod/mini';

/** What the `types` parameter of a stream selects by; `events` are the state events. */
export const streamSelections = ['events', 'tokens', 'progress', 'data', 'errors'] as const;
/** A sort of entries of a stream; `events` are the state events. */
export type StreamSelection = (typeof streamSelections)[number];

/** For readers that cannot send a key: what `POST /stream-tickets` gave. */
const ticket = z.optional(z.string().check(z.maxLength(256)));

/** The query of an execution's stream. */
export const StreamQuery = z.strictObject({
  /** Separated by commas; everything when absent. */
  types: z.optional(
    z.pipe(
      z.string().check(
        z.refine((text) => unknownSelection(text) === undefined, {
          error: ({ input }) =>
            `must be a list of ${streamSelections.join(', ')}; not "${unknownSelection(String(input))?.slice(0, 64)}".`,
        }),
      ),
      z.transform((text) => streamSelections.filter((word) => text.split(',').includes(word))),
    ),
  ),
  /** `json` gives frames, and is what is given when absent; `plain` gives bare values in place of frames. */
  format: z.optional(z.enum(['json', 'plain'])),
  /** For readers that cannot set the `Last-Event-ID` header. */
  lastEventId: z.optional(z.string().check(z.maxLength(128))),
  ticket,
});
export type StreamQuery = z.output<typeof StreamQuery>;

/** The query of an organisation's stream. */
export const OrgStreamQuery = z.strictObject({
  /** Both when absent. */
  entity: z.optional(z.enum(['workflow', 'task'])),
  /** Only executions of this kind; every kind when absent. */
  kind: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
  /** For readers that cannot set the `Last-Event-ID` header. */
  lastEventId: z.optional(z.string().check(z.maxLength(128))),
  ticket,
});
export type OrgStreamQuery = z.output<typeof OrgStreamQuery>;

function unknownSelection(text: string): string | undefined {
  return text.split(',').find((word) => !streamSelections.some((known) => known === word));
}
