import type { Occurrence } from './occurrence.js';
import type { Fired, Milestone } from './ports/meter.js';
import type { TaskState } from './task/state.js';
import { type Wait, dueAtOf } from './wait/state.js';

/** What an occurrence happened to, as it was before. */
export interface Before {
  readonly task?: TaskState | undefined;
  readonly wait?: Wait | undefined;
}

const nothing: readonly Milestone[] = [];

/**
 * What an occurrence counts as for those who operate the server; nothing where nobody needs the number, on purpose. Total
 * over the occurrences, and its answers are made once: it is asked for every one of them.
 */
export function milestonesOf(occurrence: Occurrence, { task }: Before): readonly Milestone[] {
  switch (occurrence.type) {
    case 'WORKFLOW_CREATED':
      return words.workflowStarted;
    case 'WORKFLOW_CLAIMED':
      return occurrence.claim.door === 'unary' ? words.turnToPoll : words.turnToSession;
    case 'WORKFLOW_RELEASED':
      return words.turnReleased;
    case 'WORKFLOW_COMPLETED':
      return words.workflowCompleted;
    case 'WORKFLOW_FAILED':
      return words.workflowFailed;
    case 'WORKFLOW_CANCELLED':
      return words.workflowCancelled;
    case 'WORKFLOW_REOPENED':
      return words.workflowReopened;
    case 'SIGNAL_RECEIVED':
      return words.signalReceived;
    case 'TASK_CREATED':
      return words.taskCreated;
    case 'TASK_CLAIMED':
      return occurrence.claim.door === 'unary' ? words.taskToPoll : words.taskToSession;
    case 'TASK_ATTEMPT_FAILED':
      if (task?.status !== 'RUNNING') return nothing;
      if (occurrence.uncounted === true) return words.attemptReleased;
      return occurrence.endedBy === undefined ? words.attemptLost : words.attemptFailed;
    case 'TASK_COMPLETED':
      return words.taskCompleted;
    case 'TASK_FAILED':
      if (task?.status !== 'RUNNING') return words.taskFailed;
      if (occurrence.timedOut === true) return words.taskTimedOut;
      return occurrence.endedBy === undefined ? words.taskLost : words.attemptAndTaskFailed;
    case 'TASK_CANCELLED':
      return task?.status === 'RUNNING' ? words.attemptAndTaskCancelled : words.taskCancelled;
    case 'TASK_REOPENED':
      return words.taskReopened;
    case 'PROMISE_CREATED':
      return words.promiseCreated;
    case 'PROMISE_RESOLVED':
      return words.promiseResolved;
    case 'PROMISE_REJECTED':
      return words.promiseRejected;
    case 'PROMISE_TIMED_OUT':
      return words.promiseTimedOut;
    // Steps on the way between what is counted.
    case 'WORKFLOW_SPECULATED':
    case 'WORKFLOW_WOKEN':
    case 'WORKFLOW_SUSPENDED':
    case 'WORKFLOW_CANCELLATION_REQUESTED':
    case 'OPERATION_COMPLETED':
    case 'STATE_SET':
    case 'STATE_CLEARED':
    case 'TASK_END_REPORTED':
    case 'TIMER_STARTED':
    case 'TIMER_CANCELLED':
    // Counted with how late they are.
    case 'TIMER_FIRED':
    case 'TASK_DUE':
    // Counted as the child's own.
    case 'CHILD_INITIATED':
    case 'CHILD_STARTED':
    case 'CHILD_COMPLETED':
    case 'CHILD_FAILED':
    case 'CHILD_CANCELLATION_REQUESTED':
    case 'CHILD_CANCELLATION_FAILED':
    case 'CHILD_SIGNALLED':
    // Counted by the entry.
    case 'TASK_OUTPUT':
    case 'TASK_LOGGED':
    case 'TASK_HEARTBEAT':
      return nothing;
  }
}

/** What time brought, if it was time that did, and how late. */
export function firedBy(occurrence: Occurrence, { task, wait }: Before, now: number): Fired | undefined {
  switch (occurrence.type) {
    case 'TIMER_FIRED':
      return fired('timer', wait === undefined ? undefined : dueAtOf(wait), now);
    case 'PROMISE_TIMED_OUT':
      return fired('promise', wait === undefined ? undefined : dueAtOf(wait), now);
    case 'TASK_DUE':
      return fired('delay', task?.status === 'PENDING' ? task.dueAt : undefined, now);
    case 'TASK_FAILED':
      if (occurrence.timedOut !== true || task?.timeoutMs === undefined) return undefined;
      return fired('deadline', task.createdAt + task.timeoutMs, now);
    default:
      return undefined;
  }
}

function fired(type: Fired['type'], dueAt: number | undefined, now: number): Fired | undefined {
  return dueAt === undefined ? undefined : { type, lateMs: Math.max(0, now - dueAt) };
}

const words = {
  workflowStarted: ['workflow started'],
  workflowCompleted: ['workflow completed'],
  workflowFailed: ['workflow failed'],
  workflowCancelled: ['workflow cancelled'],
  workflowReopened: ['workflow reopened'],
  turnToSession: ['turn given to session'],
  turnToPoll: ['turn given to poll'],
  turnReleased: ['turn released'],
  signalReceived: ['signal received'],
  taskCreated: ['task created'],
  taskToSession: ['task given to session'],
  taskToPoll: ['task given to poll'],
  attemptFailed: ['attempt failed'],
  attemptLost: ['attempt lost'],
  attemptReleased: ['attempt released'],
  taskCompleted: ['attempt completed', 'task completed'],
  taskFailed: ['task failed'],
  taskTimedOut: ['attempt timed out', 'task failed'],
  taskLost: ['attempt lost', 'task failed'],
  attemptAndTaskFailed: ['attempt failed', 'task failed'],
  taskCancelled: ['task cancelled'],
  attemptAndTaskCancelled: ['attempt cancelled', 'task cancelled'],
  taskReopened: ['task reopened'],
  promiseCreated: ['promise created'],
  promiseResolved: ['promise resolved'],
  promiseRejected: ['promise rejected'],
  promiseTimedOut: ['promise timed out'],
} as const satisfies Readonly<Record<string, readonly Milestone[]>>;
