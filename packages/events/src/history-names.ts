import type { StateEventName } from './types.js';

/** What each fact of an execution's history is announced as on its stream; `null` when it is not announced. */
export const historyToStream = {
  WORKFLOW_STARTED: 'WORKFLOW_CREATED',
  WORKFLOW_SUSPENDED: 'WORKFLOW_SUSPENDED',
  WORKFLOW_COMPLETED: 'WORKFLOW_COMPLETED',
  WORKFLOW_EXECUTION_FAILED: 'WORKFLOW_FAILED',
  WORKFLOW_CANCELLED: 'WORKFLOW_CANCELLED',
  TASK_SCHEDULED: 'TASK_CREATED',
  TASK_COMPLETED: 'TASK_COMPLETED',
  TASK_FAILED: 'TASK_FAILED',
  TASK_CANCELLED: 'TASK_CANCELLED',
  TIMER_STARTED: 'TIMER_STARTED',
  TIMER_FIRED: 'TIMER_FIRED',
  TIMER_CANCELLED: 'TIMER_CANCELLED',
  PROMISE_CREATED: 'PROMISE_CREATED',
  PROMISE_RESOLVED: 'PROMISE_RESOLVED',
  PROMISE_REJECTED: 'PROMISE_REJECTED',
  PROMISE_TIMEOUT: null,
  CHILD_WORKFLOW_INITIATED: 'CHILD_WORKFLOW_INITIATED',
  CHILD_WORKFLOW_STARTED: 'CHILD_WORKFLOW_STARTED',
  CHILD_WORKFLOW_COMPLETED: 'CHILD_WORKFLOW_COMPLETED',
  CHILD_WORKFLOW_FAILED: 'CHILD_WORKFLOW_FAILED',
  CHILD_WORKFLOW_CANCELLED: null,
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: 'CHILD_WORKFLOW_CANCELLATION_REQUESTED',
  CHILD_WORKFLOW_CANCELLATION_FAILED: 'CHILD_WORKFLOW_CANCELLATION_FAILED',
  CHILD_WORKFLOW_SIGNALLED: null,
  OPERATION_COMPLETED: 'OPERATION_COMPLETED',
  STATE_SET: 'STATE_SET',
  STATE_CLEARED: 'STATE_CLEARED',
  SIGNAL_RECEIVED: null,
  CANCELLATION_REQUESTED: 'CANCELLATION_REQUESTED',
  RETRY_REQUESTED: 'RETRY_REQUESTED',
} as const satisfies Record<string, StateEventName | null>;

/** The type of a history event: a durable fact that replay needs. Not the same words as the stream's. */
export type HistoryEventType = keyof typeof historyToStream;

/** Every type of history event. */
export const historyEventTypes = /* @__PURE__ */ Object.keys(historyToStream) as readonly HistoryEventType[];

type Unannounced = {
  [Type in HistoryEventType]: (typeof historyToStream)[Type] extends null ? Type : never;
}[HistoryEventType];

/** Why some facts are not announced. */
export const unannouncedHistory = {
  PROMISE_TIMEOUT: 'Version 1 has no event for it; readers see the execution resume.',
  CHILD_WORKFLOW_CANCELLED: 'A parent hears of a cancelled child as CHILD_WORKFLOW_FAILED; the fact is only read.',
  CHILD_WORKFLOW_SIGNALLED: 'The record of a wish, for replay; what comes of it is news of the child.',
  SIGNAL_RECEIVED: 'Version 1 has no event for it; readers see the execution resume.',
} as const satisfies Record<Unannounced, string>;
