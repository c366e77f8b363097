import { taskStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { Timestamp, openWord, paging } from './answer-fields.js';

/** `GET /task-executions/{id}`, and a row of a list of tasks. What does not apply is absent or null. */
export const TaskExecutionView = z.object({
  id: z.guid(),
  orgId: z.guid(),
  kind: z.string(),
  status: openWord(taskStatuses),
  queue: z.string(),
  /** Attempts begun so far. */
  executionCount: z.number(),
  maxRetries: z.number(),
  /** From 0 to 1. */
  progress: z.nullish(z.number()),
  progressDetails: z.nullish(z.string()),
  input: z.optional(z.unknown()),
  output: z.optional(z.unknown()),
  error: z.nullish(z.string()),
  workerId: z.nullish(z.string()),
  workflowExecutionId: z.nullish(z.guid()),
  agentExecutionId: z.nullish(z.guid()),
  metadata: z.nullish(z.record(z.string(), z.unknown())),
  scheduledAt: z.nullish(Timestamp),
  createdAt: Timestamp,
  startedAt: z.nullish(Timestamp),
  completedAt: z.nullish(Timestamp),
  /** When its running code last said that it lives. */
  lastHeartbeatAt: z.nullish(Timestamp),
  /** The position of the stream this answer is true for: `<epoch>.<seq>`. */
  asOf: z.string(),
  /** The position just before the latest attempt began: reading on from it gives that attempt's output and no other's. */
  attemptFrom: z.nullish(z.string()),
});
export type TaskExecutionView = z.infer<typeof TaskExecutionView>;

/** `GET /task-executions`. */
export const TaskExecutionPage = z.object({
  tasks: z.array(TaskExecutionView),
  ...paging,
  /** For the next page; absent on the last one. */
  nextCursor: z.optional(z.string()),
});
export type TaskExecutionPage = z.infer<typeof TaskExecutionPage>;
