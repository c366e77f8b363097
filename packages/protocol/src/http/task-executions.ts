import { taskStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { defaultRetries, limits } from '../limits.js';
import { IdempotencyKey, Kind, Metadata, Queue, Timestamp, Ttl, openWord, page, paging } from './fields.js';

const startTask = z.strictObject({
  kind: Kind,
  input: z.optional(z.unknown()),
  queue: z._default(Queue, 'default'),
  /** Attempts after the first one. */
  maxRetries: z._default(z.int().check(z.minimum(0), z.maximum(limits.retriesMax)), defaultRetries),
  metadata: z.optional(Metadata),
  idempotencyKey: z.optional(IdempotencyKey),
  idempotencyKeyTTL: z._default(Ttl, '24h'),
  /** RFC 3339; the task is not begun before. */
  scheduledAt: z.optional(z.iso.datetime({ offset: true })),
});

/** `POST /task-executions`. `taskType`, an older word for `kind`, is taken as well. */
export const StartTaskBody = z.pipe(
  z.transform((body: unknown) => {
    if (typeof body !== 'object' || body === null || !('taskType' in body) || 'kind' in body) return body;
    const { taskType, ...rest } = body;
    return { ...rest, kind: taskType };
  }),
  startTask,
);
export type StartTaskBody = z.input<typeof startTask>;

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

/** `GET /task-executions`: standalone tasks, newest first. `cursor` replaces `offset`. */
export const ListTasksQuery = z.strictObject({
  status: z.optional(z.enum(taskStatuses)),
  queue: z.optional(Queue),
  kind: z.optional(Kind),
  query: z.optional(z.string()),
  metadata: z.optional(z.record(z.string(), z.string())),
  cursor: z.optional(z.string()),
  ...page,
});
export type ListTasksQuery = z.output<typeof ListTasksQuery>;

export const TaskExecutionPage = z.object({
  tasks: z.array(TaskExecutionView),
  ...paging,
  /** For the next page; absent on the last one. */
  nextCursor: z.optional(z.string()),
});
export type TaskExecutionPage = z.infer<typeof TaskExecutionPage>;
