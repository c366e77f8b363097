import * as z from 'zod/mini';

/** `POST /promises/{identifier}/resolve`; the identifier is `id:<uuid>` or `key:<idempotency key>`. No value is null. */
export const ResolvePromiseBody = z.strictObject({ value: z.optional(z.unknown()) });
export type ResolvePromiseBody = z.input<typeof ResolvePromiseBody>;

/** `POST /promises/{identifier}/reject`. */
export const RejectPromiseBody = z.strictObject({ error: z.string() });
export type RejectPromiseBody = z.input<typeof RejectPromiseBody>;

/** A promise settles once: when it was settled before, however it was, nothing has changed. */
export const ResolvedPromiseView = z.object({
  promiseId: z.guid(),
  resolved: z.boolean(),
  alreadyResolved: z.boolean(),
});
export type ResolvedPromiseView = z.infer<typeof ResolvedPromiseView>;

/** As {@link ResolvedPromiseView}. */
export const RejectedPromiseView = z.object({
  promiseId: z.guid(),
  rejected: z.boolean(),
  alreadyRejected: z.boolean(),
  /** The same as `alreadyRejected`. */
  alreadyResolved: z.boolean(),
});
export type RejectedPromiseView = z.infer<typeof RejectedPromiseView>;
