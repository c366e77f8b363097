// @exhaustive: see `everyEventHasARule`.
import type { StateEventEntity } from '../names.js';
import type { StateEventName, StateEventNameOf } from '../types.js';
import type { Machine } from './machine.js';

type WorkflowPhase =
  | 'absent'
  | 'created'
  | 'running'
  | 'suspended'
  | 'failed'
  | 'failedUnstarted'
  | 'failedUnseen'
  | 'reopened'
  | 'ended'
  | 'unknown';
type WorkflowKey = StateEventNameOf<'workflow'> | 'RETRY_REQUESTED';

/** An execution. A retry reopens it where a RESUMED would stand; one that never started may still start. */
export const workflowMachine = {
  absent: { WORKFLOW_CREATED: 'created' },
  created: { WORKFLOW_STARTED: 'running', WORKFLOW_FAILED: 'failedUnstarted', WORKFLOW_CANCELLED: 'ended' },
  running: {
    WORKFLOW_SUSPENDED: 'suspended',
    WORKFLOW_COMPLETED: 'ended',
    WORKFLOW_FAILED: 'failed',
    WORKFLOW_CANCELLED: 'ended',
  },
  suspended: { WORKFLOW_RESUMED: 'running', WORKFLOW_FAILED: 'failed', WORKFLOW_CANCELLED: 'ended' },
  reopened: {
    WORKFLOW_RESUMED: 'running',
    WORKFLOW_SUSPENDED: 'suspended',
    WORKFLOW_COMPLETED: 'ended',
    WORKFLOW_FAILED: 'failed',
    WORKFLOW_CANCELLED: 'ended',
  },
  failed: { RETRY_REQUESTED: 'reopened' },
  failedUnstarted: { RETRY_REQUESTED: 'created' },
  ended: {},
  // Whether an execution that was followed from its middle had started is not known, so after a retry both may come.
  unknown: { WORKFLOW_FAILED: 'failedUnseen', RETRY_REQUESTED: 'unknown' },
  failedUnseen: { RETRY_REQUESTED: 'unknown' },
} as const satisfies Machine<WorkflowPhase, WorkflowKey>;

type TaskPhase = 'absent' | 'waiting' | 'running' | 'failed' | 'ended';
type TaskKey = StateEventNameOf<'task'> | 'TASK_FAILED_PENDING' | 'RETRY_REQUESTED';

/** A task: attempts, then one end. `TASK_FAILED_PENDING` is a TASK_FAILED after which another attempt follows. */
export const taskMachine = {
  absent: { TASK_CREATED: 'waiting' },
  waiting: { TASK_STARTED: 'running', TASK_FAILED: 'failed', TASK_CANCELLED: 'ended' },
  running: {
    TASK_FAILED_PENDING: 'waiting',
    TASK_COMPLETED: 'ended',
    TASK_FAILED: 'failed',
    TASK_CANCELLED: 'ended',
  },
  failed: { RETRY_REQUESTED: 'waiting' },
  ended: {},
} as const satisfies Machine<TaskPhase, TaskKey>;

/** A timer: set once, then fired or given up. */
export const timerMachine = {
  absent: { TIMER_STARTED: 'open' },
  open: { TIMER_FIRED: 'closed', TIMER_CANCELLED: 'closed' },
  closed: {},
} as const satisfies Machine<'absent' | 'open' | 'closed', StateEventNameOf<'timer'>>;

/** A promise: made once, settled once. */
export const promiseMachine = {
  absent: { PROMISE_CREATED: 'open' },
  open: { PROMISE_RESOLVED: 'closed', PROMISE_REJECTED: 'closed' },
  closed: {},
} as const satisfies Machine<'absent' | 'open' | 'closed', StateEventNameOf<'promise'>>;

/** A child as its parent sees it; asking it to stop may come too late. */
export const childMachine = {
  absent: { CHILD_WORKFLOW_INITIATED: 'initiated' },
  initiated: {
    CHILD_WORKFLOW_STARTED: 'started',
    CHILD_WORKFLOW_FAILED: 'closed',
    CHILD_WORKFLOW_CANCELLATION_REQUESTED: 'initiated',
    CHILD_WORKFLOW_CANCELLATION_FAILED: 'initiated',
  },
  started: {
    CHILD_WORKFLOW_COMPLETED: 'closed',
    CHILD_WORKFLOW_FAILED: 'closed',
    CHILD_WORKFLOW_CANCELLATION_REQUESTED: 'started',
    CHILD_WORKFLOW_CANCELLATION_FAILED: 'started',
  },
  closed: { CHILD_WORKFLOW_CANCELLATION_REQUESTED: 'closed', CHILD_WORKFLOW_CANCELLATION_FAILED: 'closed' },
} as const satisfies Machine<'absent' | 'initiated' | 'started' | 'closed', StateEventNameOf<'childWorkflow'>>;

/** The lifecycle of what each entity's events are about; `null` for those that come and go in any order. */
export const machines = {
  workflow: workflowMachine,
  task: taskMachine,
  timer: timerMachine,
  promise: promiseMachine,
  childWorkflow: childMachine,
  operation: null,
  cancellation: null,
  state: null,
  // A retry is a step of what it reopens.
  retry: null,
} as const satisfies Record<StateEventEntity, Machine<string, StateEventName | 'TASK_FAILED_PENDING'> | null>;

type Ruled<Table> = { [Phase in keyof Table]: keyof Table[Phase] }[keyof Table];
type Unruled = {
  [Entity in StateEventEntity]: (typeof machines)[Entity] extends null
    ? never
    : Exclude<StateEventNameOf<Entity>, Ruled<(typeof machines)[Entity]>>;
}[StateEventEntity];

/** Does not compile while an event of an entity with a lifecycle stands in no row of it. */
export const everyEventHasARule: [Unruled] extends [never] ? true : Unruled = true;
