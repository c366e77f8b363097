import { type HistoryEvent, type HistoryEventName, invariant } from '@flovyn/protocol';
import type { Door } from './execution/state.js';
import type { ExecutionId } from './ids.js';
import type { Occurrence } from './occurrence.js';
import type { TaskState } from './task/state.js';

/**
 * The fact an occurrence leaves in the history of a workflow execution; `undefined` for what replay has no use for. A
 * task's fact also needs the task it happened to. `door` is where the execution was last claimed: a few facts are said
 * differently to the workers of each.
 */
export function record(
  occurrence: Occurrence,
  task: TaskState | undefined,
  door: Door = 'session',
): HistoryEvent | undefined {
  switch (occurrence.type) {
    case 'WORKFLOW_CREATED':
      return { type: 'WORKFLOW_STARTED', input: occurrence.workflow.input };
    case 'WORKFLOW_SUSPENDED':
      return {
        type: 'WORKFLOW_SUSPENDED',
        reason: occurrence.reason,
        suspendType: occurrence.suspendType,
        waitingOn: occurrence.waitingOn,
      };
    case 'WORKFLOW_COMPLETED':
      return { type: 'WORKFLOW_COMPLETED', output: occurrence.output };
    case 'WORKFLOW_FAILED':
      return {
        type: 'WORKFLOW_EXECUTION_FAILED',
        error: occurrence.error,
        stackTrace: occurrence.stackTrace,
        failureType: occurrence.failureType,
      };
    case 'WORKFLOW_CANCELLED':
      return { type: 'WORKFLOW_CANCELLED', reason: occurrence.reason };
    case 'WORKFLOW_CANCELLATION_REQUESTED':
      return { type: 'CANCELLATION_REQUESTED', reason: occurrence.reason, requestedBy: occurrence.requestedBy };
    case 'WORKFLOW_REOPENED':
      return { type: 'RETRY_REQUESTED', note: occurrence.note, previousError: occurrence.previousError };
    case 'OPERATION_COMPLETED':
    case 'STATE_SET':
    case 'STATE_CLEARED':
    case 'SIGNAL_RECEIVED':
    case 'TIMER_STARTED':
    case 'TIMER_FIRED':
    case 'TIMER_CANCELLED':
      return occurrence;
    case 'PROMISE_CREATED':
    case 'PROMISE_RESOLVED':
    case 'PROMISE_REJECTED': {
      const { key: _key, ...event } = occurrence;
      return event;
    }
    case 'PROMISE_TIMED_OUT':
      return { type: 'PROMISE_TIMEOUT', promiseId: occurrence.promiseId, promiseName: occurrence.promiseName };
    case 'CHILD_INITIATED':
      return {
        type: 'CHILD_WORKFLOW_INITIATED',
        ...childOf(occurrence),
        childWorkflowKind: occurrence.kind,
        input: occurrence.input,
        queue: occurrence.queue,
      };
    case 'CHILD_STARTED':
      return { type: 'CHILD_WORKFLOW_STARTED', ...childOf(occurrence) };
    case 'CHILD_COMPLETED':
      return { type: 'CHILD_WORKFLOW_COMPLETED', ...childOf(occurrence), output: occurrence.output };
    case 'CHILD_FAILED':
      return {
        type: 'CHILD_WORKFLOW_FAILED',
        ...childOf(occurrence),
        error: occurrence.error,
        cancelled: occurrence.cancelled,
      };
    case 'CHILD_CANCELLATION_REQUESTED':
      return { type: 'CHILD_WORKFLOW_CANCELLATION_REQUESTED', ...childOf(occurrence), reason: occurrence.reason };
    case 'CHILD_CANCELLATION_FAILED':
      return { type: 'CHILD_WORKFLOW_CANCELLATION_FAILED', ...childOf(occurrence), error: occurrence.error };
    case 'CHILD_SIGNALLED': {
      const { signalName, missed } = occurrence;
      return { type: 'CHILD_WORKFLOW_SIGNALLED', ...childOf(occurrence), signalName, missed };
    }
    case 'TASK_CREATED': {
      const { task: made } = occurrence;
      return {
        type: 'TASK_SCHEDULED',
        taskExecutionId: made.id,
        kind: made.kind,
        input: made.input,
        queue: made.queue,
        maxRetries: made.retry.maxRetries,
        timeoutMs: made.timeoutMs,
        idempotencyKey: made.idempotencyKey,
      };
    }
    case 'TASK_COMPLETED':
    case 'TASK_FAILED':
    case 'TASK_CANCELLED':
    case 'TASK_END_REPORTED':
      return taskEnd(occurrence, existing(task), door);
    // Who has the work, and what running code says meanwhile, is nothing replay may know of.
    case 'WORKFLOW_CLAIMED':
    case 'WORKFLOW_SPECULATED':
    case 'WORKFLOW_RELEASED':
    case 'WORKFLOW_WOKEN':
    case 'TASK_DUE':
    case 'TASK_CLAIMED':
    case 'TASK_ATTEMPT_FAILED':
    case 'TASK_REOPENED':
    case 'TASK_OUTPUT':
    case 'TASK_LOGGED':
    case 'TASK_HEARTBEAT':
      return undefined;
  }
}

type TaskEnd = Extract<Occurrence, { type: 'TASK_COMPLETED' | 'TASK_FAILED' | 'TASK_CANCELLED' | 'TASK_END_REPORTED' }>;

function taskEnd(occurrence: TaskEnd, task: TaskState, door: Door): HistoryEvent | undefined {
  const named = { taskExecutionId: task.id, kind: task.kind };
  switch (occurrence.type) {
    case 'TASK_COMPLETED':
      return { type: 'TASK_COMPLETED', ...named, output: occurrence.output };
    case 'TASK_FAILED':
      return { type: 'TASK_FAILED', ...named, error: occurrence.error, retryable: occurrence.retryable };
    case 'TASK_CANCELLED':
      return cancelledTask(named, occurrence.reason, door);
    case 'TASK_END_REPORTED':
      if (task.status === 'COMPLETED') return { type: 'TASK_COMPLETED', ...named, output: task.output };
      if (task.status === 'FAILED') return { type: 'TASK_FAILED', ...named, error: task.error, retryable: false };
      return task.status === 'CANCELLED' ? cancelledTask(named, task.reason, door) : undefined;
  }
}

/** Other workers than ours do not end the wait for a task when they read that it was cancelled; when it failed they do. */
function cancelledTask(named: { taskExecutionId: string; kind: string }, reason: string, door: Door): HistoryEvent {
  return door === 'session'
    ? { type: 'TASK_CANCELLED', ...named, reason }
    : { type: 'TASK_FAILED', ...named, error: 'Task cancelled', retryable: false, cancelled: true };
}

function childOf({ childName, childId }: { readonly childName: string; readonly childId: ExecutionId }) {
  return { childExecutionName: childName, childExecutionId: childId };
}

/**
 * Facts that can make waiting code go on. Not TIMER_CANCELLED: only code itself gives a timer up, and knows it. A turn that has
 * not seen the newest of them is followed by another one.
 */
export const wakeEvents: ReadonlySet<HistoryEventName> = new Set<HistoryEventName>([
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
  'TIMER_FIRED',
  'PROMISE_RESOLVED',
  'PROMISE_REJECTED',
  'PROMISE_TIMEOUT',
  'CHILD_WORKFLOW_COMPLETED',
  'CHILD_WORKFLOW_FAILED',
  'CHILD_WORKFLOW_CANCELLED',
  'SIGNAL_RECEIVED',
  'CANCELLATION_REQUESTED',
]);

function existing(task: TaskState | undefined): TaskState {
  invariant(task !== undefined, 'the end of a task happens to a task that exists');
  return task;
}
