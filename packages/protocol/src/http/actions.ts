import { workflowStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { openWord } from './answer-fields.js';

const Remark = z.string().check(z.maxLength(4_096));

/** `POST …/cancel`, for workflow executions and standalone tasks. */
export const CancelBody = z.strictObject({ reason: z.optional(Remark) });
export type CancelBody = z.input<typeof CancelBody>;

/** `POST …/retry`, for those that failed. */
export const RetryBody = z.strictObject({ note: z.optional(Remark) });
export type RetryBody = z.input<typeof RetryBody>;

/** What became of a workflow execution after a request to cancel or retry it. */
export const WorkflowActionView = z.object({
  workflowExecutionId: z.guid(),
  status: openWord(workflowStatuses),
  /** After a retry. */
  message: z.optional(z.string()),
  success: z.optional(z.boolean()),
});
export type WorkflowActionView = z.infer<typeof WorkflowActionView>;
