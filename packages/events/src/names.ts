// Made from the registry by `pnpm contract:write`; do not edit.
import type { StateEventEntity } from './registry/define.js';
import type { stateEvents } from './registry/index.js';
import type { StateEventName } from './types.js';

export type { StateEventEntity };

/** What each state event is about. */
export const stateEventEntity = {
  WORKFLOW_CREATED: 'workflow',
  WORKFLOW_STARTED: 'workflow',
  WORKFLOW_COMPLETED: 'workflow',
  WORKFLOW_FAILED: 'workflow',
  WORKFLOW_SUSPENDED: 'workflow',
  WORKFLOW_RESUMED: 'workflow',
  WORKFLOW_CANCELLED: 'workflow',
  TASK_CREATED: 'task',
  TASK_STARTED: 'task',
  TASK_COMPLETED: 'task',
  TASK_FAILED: 'task',
  TASK_CANCELLED: 'task',
  TIMER_STARTED: 'timer',
  TIMER_FIRED: 'timer',
  TIMER_CANCELLED: 'timer',
  PROMISE_CREATED: 'promise',
  PROMISE_RESOLVED: 'promise',
  PROMISE_REJECTED: 'promise',
  CHILD_WORKFLOW_INITIATED: 'childWorkflow',
  CHILD_WORKFLOW_STARTED: 'childWorkflow',
  CHILD_WORKFLOW_COMPLETED: 'childWorkflow',
  CHILD_WORKFLOW_FAILED: 'childWorkflow',
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: 'childWorkflow',
  CHILD_WORKFLOW_CANCELLATION_FAILED: 'childWorkflow',
  OPERATION_COMPLETED: 'operation',
  CANCELLATION_REQUESTED: 'cancellation',
  STATE_SET: 'state',
  STATE_CLEARED: 'state',
  RETRY_REQUESTED: 'retry',
} as const satisfies { [Name in StateEventName]: (typeof stateEvents)[Name]['entity'] };

/** The name of every state event. */
export const stateEventNames = /* @__PURE__ */ Object.keys(stateEventEntity) as readonly StateEventName[];

/** The state events after which nothing of their subject follows, or only when its status is PENDING. */
export const terminalStateEvents = {
  WORKFLOW_COMPLETED: true,
  WORKFLOW_FAILED: true,
  WORKFLOW_CANCELLED: true,
  TASK_COMPLETED: true,
  TASK_FAILED: 'unless-pending',
  TASK_CANCELLED: true,
  TIMER_FIRED: true,
  TIMER_CANCELLED: true,
  PROMISE_RESOLVED: true,
  PROMISE_REJECTED: true,
  CHILD_WORKFLOW_COMPLETED: true,
  CHILD_WORKFLOW_FAILED: true,
  OPERATION_COMPLETED: true,
} as const satisfies Partial<Record<StateEventName, true | 'unless-pending'>>;
