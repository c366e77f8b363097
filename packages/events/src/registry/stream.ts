import * as z from 'zod/mini';

/** A piece of text, to be joined to the pieces before it. An empty one is legal. */
export const TokenEvent = z.object({ type: z.literal('token'), text: z.string() });
export type TokenEvent = z.infer<typeof TokenEvent>;

/** How far the work is, from 0 to 1, and in words when `details` is there. */
export const ProgressEvent = z.object({
  type: z.literal('progress'),
  progress: z.number(),
  details: z.optional(z.string()),
});
export type ProgressEvent = z.infer<typeof ProgressEvent>;

/** A value of the author's own: any JSON. */
export const DataEvent = z.object({ type: z.literal('data'), data: z.unknown() });
export type DataEvent = z.infer<typeof DataEvent>;

/** Something went wrong and the work goes on; an error that ends an attempt is TASK_FAILED. */
export const ErrorEvent = z.object({
  type: z.literal('error'),
  message: z.string(),
  code: z.optional(z.string()),
});
export type ErrorEvent = z.infer<typeof ErrorEvent>;

/** Live output of running code, by type. */
export const streamEvents = { token: TokenEvent, progress: ProgressEvent, data: DataEvent, error: ErrorEvent };
