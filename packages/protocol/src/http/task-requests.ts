import { taskStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { defaultRetries, limits } from '../limits.js';
import { logLevels } from './attempts.js';
import { IdempotencyKey, Kind, Metadata, Queue, Ttl, page, withOlderWords } from './request-fields.js';

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

/** `POST /task-executions`. `taskType` is an older word for `kind`. */
export const StartTaskBody = withOlderWords({ taskType: 'kind' }, startTask);
export type StartTaskBody = z.input<typeof startTask>;

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

/** `GET …/logs`: the oldest line first. */
export const ListLogsQuery = z.strictObject({ level: z.optional(z.enum(logLevels)), ...page });
export type ListLogsQuery = z.output<typeof ListLogsQuery>;
