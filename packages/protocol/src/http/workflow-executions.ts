import { suspendType, workflowStatuses } from '@flovyn/events';
import * as z from 'zod/mini';

import { Timestamp, openWord, paging } from './answer-fields.js';
import { TaskExecutionView } from './task-executions.js';

/** What a start is answered with: 201 for a new execution, 200 for one the idempotency key had made before. */
export const StartedWorkflow = z.object({
  workflowExecutionId: z.guid(),
  /** The same value. */
  id: z.guid(),
  status: openWord(workflowStatuses),
  kind: z.string(),
  createdAt: Timestamp,
  links: z.object({ self: z.string(), events: z.string() }),
  idempotencyKeyUsed: z.boolean(),
  idempotencyKeyNew: z.boolean(),
});
export type StartedWorkflow = z.infer<typeof StartedWorkflow>;

const SuspendTypeWord = openWord(Object.values(suspendType));

/** One thing a waiting execution waits for. */
export const WaitingOnView = z.object({
  type: SuspendTypeWord,
  name: z.optional(z.string()),
  id: z.optional(z.string()),
});
export type WaitingOnView = z.infer<typeof WaitingOnView>;

/** `GET /workflow-executions/{id}`, and a row of the list. What does not apply is absent or null. */
export const WorkflowExecutionView = z.object({
  id: z.guid(),
  orgId: z.guid(),
  kind: z.string(),
  /** The same as `kind`. */
  workflowKind: z.string(),
  status: openWord(workflowStatuses),
  /** While WAITING: what names the wait, and everything that is awaited. */
  suspendType: z.nullish(SuspendTypeWord),
  waitingOn: z.nullish(z.array(WaitingOnView)),
  queue: z.string(),
  input: z.optional(z.unknown()),
  output: z.optional(z.unknown()),
  error: z.nullish(z.string()),
  metadata: z.nullish(z.record(z.string(), z.unknown())),
  workflowVersion: z.nullish(z.string()),
  currentSequence: z.number(),
  parentWorkflowExecutionId: z.nullish(z.guid()),
  /** The name its parent gave it. */
  childExecutionName: z.nullish(z.string()),
  workerId: z.nullish(z.string()),
  prioritySeconds: z.nullish(z.number()),
  createdAt: Timestamp,
  startedAt: z.nullish(Timestamp),
  completedAt: z.nullish(Timestamp),
  updatedAt: Timestamp,
  /** The position of the stream this answer is true for: `<epoch>.<seq>`. */
  asOf: z.string(),
});
export type WorkflowExecutionView = z.infer<typeof WorkflowExecutionView>;

/** `GET /workflow-executions`. */
export const WorkflowExecutionPage = z.object({
  workflows: z.array(WorkflowExecutionView),
  ...paging,
  /** For the next page; absent on the last one. */
  nextCursor: z.optional(z.string()),
});
export type WorkflowExecutionPage = z.infer<typeof WorkflowExecutionPage>;

/** One fact of a history. */
export const HistoryEventView = z.object({
  sequenceNumber: z.number(),
  /** The same as `sequenceNumber`. */
  sequence: z.number(),
  eventType: z.string(),
  data: z.record(z.string(), z.unknown()),
  createdAt: Timestamp,
  /** The same as `createdAt`. */
  timestamp: Timestamp,
});
export type HistoryEventView = z.infer<typeof HistoryEventView>;

/** `GET /workflow-executions/{id}/events`. */
export const HistoryEventPage = z.object({ events: z.array(HistoryEventView) });
export type HistoryEventPage = z.infer<typeof HistoryEventPage>;

/** `GET /workflow-executions/{id}/state`: what the workflow keeps, by key. */
export const WorkflowStateView = z.object({ state: z.record(z.string(), z.unknown()), asOf: z.string() });
export type WorkflowStateView = z.infer<typeof WorkflowStateView>;

/** `GET /workflow-executions/{id}/tasks`: all of them, in the order they were scheduled. */
export const WorkflowTasksPage = z.object({ tasks: z.array(TaskExecutionView) });
export type WorkflowTasksPage = z.infer<typeof WorkflowTasksPage>;

/** A child of an execution, as its parent knows it. */
export const ChildWorkflowView = z.object({
  childWorkflowExecutionId: z.guid(),
  childExecutionName: z.nullish(z.string()),
  kind: z.string(),
  status: openWord(workflowStatuses),
  createdAt: Timestamp,
});
export type ChildWorkflowView = z.infer<typeof ChildWorkflowView>;

/** `GET /workflow-executions/{id}/children`: all of them, the oldest first. */
export const ChildWorkflowsPage = z.object({ children: z.array(ChildWorkflowView) });
export type ChildWorkflowsPage = z.infer<typeof ChildWorkflowsPage>;
