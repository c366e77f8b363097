import { workflowStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { openWord } from './answer-fields.js';

// Apart from the bodies they answer: a reader of answers need not load what checks requests.

/** What became of a workflow execution after a request to cancel or retry it. */
export const WorkflowActionView = z.object({
  workflowExecutionId: z.guid(),
  status: openWord(workflowStatuses),
  /** After a retry. */
  message: z.optional(z.string()),
  success: z.optional(z.boolean()),
});
export type WorkflowActionView = z.infer<typeof WorkflowActionView>;

/** What a signal is answered with. */
export const SignalView = z.object({
  /** Its number in the history. */
  signalEventSequence: z.number(),
  /** Whether the execution was waiting and goes on. */
  workflowResumed: z.optional(z.boolean()),
});
export type SignalView = z.infer<typeof SignalView>;

/** What a signal with a start is answered with. */
export const SignalWithStartView = z.object({
  workflowExecutionId: z.guid(),
  /** False when the key stood for an open execution. */
  workflowCreated: z.boolean(),
  signalEventSequence: z.number(),
  signalDelivered: z.boolean(),
});
export type SignalWithStartView = z.infer<typeof SignalWithStartView>;
