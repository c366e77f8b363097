import { workflowStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { IdempotencyKey, Kind, Metadata, Queue, Ttl, page, queryInteger } from './request-fields.js';

/** `POST /workflow-executions`. `labels` is another word for `metadata`. */
export const StartWorkflowBody = z.strictObject({
  kind: Kind,
  input: z.optional(z.unknown()),
  queue: z._default(Queue, 'default'),
  prioritySeconds: z._default(z.int32(), 0),
  version: z.optional(z.string().check(z.maxLength(255))),
  idempotencyKey: z.optional(IdempotencyKey),
  idempotencyKeyTTL: z._default(Ttl, '24h'),
  metadata: z.optional(Metadata),
  labels: z.optional(Metadata),
});
export type StartWorkflowBody = z.input<typeof StartWorkflowBody>;

/** `GET /workflow-executions`: newest first. `cursor` replaces `offset`. */
export const ListWorkflowsQuery = z.strictObject({
  status: z.optional(z.enum(workflowStatuses)),
  kind: z.optional(Kind),
  queue: z.optional(Queue),
  query: z.optional(z.string()),
  metadata: z.optional(z.record(z.string(), z.string())),
  cursor: z.optional(z.string()),
  ...page,
});
export type ListWorkflowsQuery = z.output<typeof ListWorkflowsQuery>;

/** `GET /workflow-executions/{id}/events`: the facts between two numbers, both left out; without parameters, all. */
export const ListEventsQuery = z.strictObject({
  sinceSequence: z.optional(queryInteger(0, Number.MAX_SAFE_INTEGER)),
  beforeSequence: z.optional(queryInteger(1, Number.MAX_SAFE_INTEGER)),
  limit: z.optional(queryInteger(1, 10_000)),
});
export type ListEventsQuery = z.output<typeof ListEventsQuery>;
