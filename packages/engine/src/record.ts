import { type HistoryEvent, type HistoryEventName, invariant } from '@flovyn/protocol';
import type { Occurrence } from './occurrence.js';
import type { TaskState } from './task/state.js';

/**
 * The fact an occurrence leaves in the history of a workflow execution; `undefined` for what replay has no use for. A
 * task's fact also needs the task it happened to.
 */
export function record(occurrence: Occurrence, task: TaskState | undefined): HistoryEvent | undefined {
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
    case 'OPERATION_COMPLETED':
    case 'STATE_SET':
    case 'STATE_CLEARED':
      return occurrence;
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
      return {
        type: 'TASK_COMPLETED',
        taskExecutionId: occurrence.taskId,
        kind: kindOf(task),
        output: occurrence.output,
      };
    case 'TASK_FAILED':
      return {
        type: 'TASK_FAILED',
        taskExecutionId: occurrence.taskId,
        kind: kindOf(task),
        error: occurrence.error,
        retryable: occurrence.retryable,
      };
    case 'TASK_CANCELLED':
      return {
        type: 'TASK_CANCELLED',
        taskExecutionId: occurrence.taskId,
        kind: kindOf(task),
        reason: occurrence.reason,
      };
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

/** Facts that can make waiting code go on. A turn that has not seen the newest of them is followed by another one. */
export const wakeEvents: ReadonlySet<HistoryEventName> = new Set<HistoryEventName>([
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
  'TIMER_FIRED',
  'TIMER_CANCELLED',
  'PROMISE_RESOLVED',
  'PROMISE_REJECTED',
  'PROMISE_TIMEOUT',
  'CHILD_WORKFLOW_COMPLETED',
  'CHILD_WORKFLOW_FAILED',
  'CHILD_WORKFLOW_CANCELLED',
  'SIGNAL_RECEIVED',
  'CANCELLATION_REQUESTED',
]);

function kindOf(task: TaskState | undefined): string {
  invariant(task !== undefined, 'the end of a task happens to a task that exists');
  return task.kind;
}
