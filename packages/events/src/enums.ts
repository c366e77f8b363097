/**
 * What a reader finds in place of a word its version of the contract does not list. It is never written; the original
 * word stays in the raw event.
 */
export const UNRECOGNIZED = 'UNRECOGNIZED';
/** The type of {@link UNRECOGNIZED}. */
export type Unrecognized = typeof UNRECOGNIZED;

/** Every status of a workflow execution; the last three are final. */
export const workflowStatuses = [
  'PENDING',
  'RUNNING',
  'WAITING',
  'CANCELLING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const;
/** How a workflow execution stands. */
export type WorkflowStatus = (typeof workflowStatuses)[number];

/** Every status of a task; the last three are final. */
export const taskStatuses = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
/** How a task stands. */
export type TaskStatus = (typeof taskStatuses)[number];

/** What a manual retry can reopen. */
export const retryTargets = ['task', 'workflow'] as const;
/** What a manual retry can reopen. */
export type RetryTarget = (typeof retryTargets)[number];

/** What a suspended workflow waits for, as its words are written on the wire. */
export const suspendType = {
  UNSPECIFIED: 'SUSPEND_TYPE_UNSPECIFIED',
  TASK: 'SUSPEND_TYPE_TASK',
  SIGNAL: 'SUSPEND_TYPE_SIGNAL',
  TIMER: 'SUSPEND_TYPE_TIMER',
  PROMISE: 'SUSPEND_TYPE_PROMISE',
  CHILD_WORKFLOW: 'SUSPEND_TYPE_CHILD_WORKFLOW',
} as const;
/** What a suspended workflow waits for. */
export type SuspendType = (typeof suspendType)[keyof typeof suspendType];

/** The number of each suspend type in the protocol. */
export const suspendTypeNumber = {
  SUSPEND_TYPE_UNSPECIFIED: 0,
  SUSPEND_TYPE_TASK: 1,
  SUSPEND_TYPE_SIGNAL: 2,
  SUSPEND_TYPE_TIMER: 3,
  SUSPEND_TYPE_PROMISE: 4,
  SUSPEND_TYPE_CHILD_WORKFLOW: 5,
} as const satisfies Record<SuspendType, number>;

/** The kinds of stream event: live output of running code. */
export const streamEventTypes = ['token', 'progress', 'data', 'error'] as const;
/** The kind of a stream event. */
export type StreamEventType = (typeof streamEventTypes)[number];

/** The number of each stream event type in the protocol; 0 is unspecified and refused. */
export const streamEventTypeNumber = {
  token: 1,
  progress: 2,
  data: 3,
  error: 4,
} as const satisfies Record<StreamEventType, number>;

/** Why entries a reader asked for are not shown: past their retention, of a lost numbering, or too many at once. */
export const gapReasons = ['expired', 'epoch', 'overflow'] as const;
/** Why entries a reader asked for are not shown. */
export type GapReason = (typeof gapReasons)[number];
