import * as z from 'zod/mini';

const Remark = z.string().check(z.maxLength(4_096));

/** `POST …/cancel`, for workflow executions and standalone tasks. */
export const CancelBody = z.strictObject({ reason: z.optional(Remark) });
export type CancelBody = z.input<typeof CancelBody>;

/** `POST …/retry`, for those that failed. */
export const RetryBody = z.strictObject({ note: z.optional(Remark) });
export type RetryBody = z.input<typeof RetryBody>;
