import * as z from 'zod/mini';

import { Timestamp, openWord, paging } from './answer-fields.js';
import { page } from './request-fields.js';

export const workerTypes = ['WORKFLOW', 'TASK', 'UNIFIED'] as const;

/** ONLINE: heard of within the last minute. No worker is DEGRADED in this version. */
export const workerStatuses = ['ONLINE', 'OFFLINE', 'DEGRADED'] as const;

/** `GET /workers`: newest first. `cursor` replaces `offset`. */
export const ListWorkersQuery = z.strictObject({
  type: z.optional(z.enum(workerTypes)),
  status: z.optional(z.enum(workerStatuses)),
  cursor: z.optional(z.string()),
  ...page,
});
export type ListWorkersQuery = z.output<typeof ListWorkersQuery>;

const worker = {
  id: z.guid(),
  workerName: z.string(),
  workerVersion: z.string(),
  workerType: openWord(workerTypes),
  status: openWord(workerStatuses),
  hostName: z.string(),
  processId: z.string(),
  registeredAt: Timestamp,
  lastHeartbeatAt: Timestamp,
  metadata: z.nullish(z.unknown()),
};

/** A row of the list of workers. Several processes may share one name; they are one worker. */
export const WorkerView = z.object(worker);
export type WorkerView = z.infer<typeof WorkerView>;

/** `GET /workers/{id}`: also the kinds it can do. */
export const WorkerDetailView = z.object({
  ...worker,
  workflowCapabilities: z.array(z.string()),
  taskCapabilities: z.array(z.string()),
});
export type WorkerDetailView = z.infer<typeof WorkerDetailView>;

/** `GET /workers`. */
export const WorkerPage = z.object({
  workers: z.array(WorkerView),
  ...paging,
  /** For the next page; absent on the last one. */
  nextCursor: z.optional(z.string()),
});
export type WorkerPage = z.infer<typeof WorkerPage>;
