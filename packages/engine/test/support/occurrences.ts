import type { Json } from '@flovyn/protocol';
import type { Occurrence } from '../../src/occurrence.js';
import { claim, newTask, newWorkflow, otherId, taskId } from './states.js';

const json = 'null' as Json;
const promise = {
  promiseId: '0198c5a0-0000-7000-8000-0000000000b1',
  promiseName: 'approval',
  key: 'approval',
} as const;
const child = { childId: otherId, childName: 'child', kind: 'w' } as const;

/** One occurrence of each type, for tests that must know all of them: a missing one does not compile. */
export const samples: { readonly [Type in Occurrence['type']]: Extract<Occurrence, { type: Type }> } = {
  WORKFLOW_CREATED: { type: 'WORKFLOW_CREATED', workflow: newWorkflow },
  WORKFLOW_CLAIMED: { type: 'WORKFLOW_CLAIMED', claim },
  WORKFLOW_SPECULATED: { type: 'WORKFLOW_SPECULATED', sequence: 3 },
  WORKFLOW_RELEASED: { type: 'WORKFLOW_RELEASED', reason: 'released' },
  WORKFLOW_WOKEN: { type: 'WORKFLOW_WOKEN' },
  WORKFLOW_SUSPENDED: {
    type: 'WORKFLOW_SUSPENDED',
    turnId: 'turn',
    reason: 'waiting',
    suspendType: 'SUSPEND_TYPE_TASK',
    waitingOn: [{ type: 'SUSPEND_TYPE_TASK', id: taskId }],
  },
  WORKFLOW_COMPLETED: { type: 'WORKFLOW_COMPLETED', turnId: 'turn', output: json },
  WORKFLOW_FAILED: { type: 'WORKFLOW_FAILED', turnId: 'turn', error: 'no', stackTrace: '', failureType: 'ERROR' },
  WORKFLOW_CANCELLED: { type: 'WORKFLOW_CANCELLED', turnId: 'turn', reason: 'enough' },
  WORKFLOW_CANCELLATION_REQUESTED: { type: 'WORKFLOW_CANCELLATION_REQUESTED', reason: 'enough', requestedBy: 'me' },
  WORKFLOW_REOPENED: { type: 'WORKFLOW_REOPENED', note: 'again', previousError: 'no' },
  SIGNAL_RECEIVED: { type: 'SIGNAL_RECEIVED', signalName: 'go', signalValue: json },
  OPERATION_COMPLETED: { type: 'OPERATION_COMPLETED', operationName: 'op', result: json },
  STATE_SET: { type: 'STATE_SET', key: 'k', value: json },
  STATE_CLEARED: { type: 'STATE_CLEARED', key: 'k' },
  TASK_CREATED: { type: 'TASK_CREATED', taskId, task: newTask },
  TASK_DUE: { type: 'TASK_DUE', taskId },
  TASK_CLAIMED: { type: 'TASK_CLAIMED', taskId, claim },
  TASK_ATTEMPT_FAILED: { type: 'TASK_ATTEMPT_FAILED', taskId, error: 'no' },
  TASK_COMPLETED: { type: 'TASK_COMPLETED', taskId, output: json },
  TASK_FAILED: { type: 'TASK_FAILED', taskId, error: 'no', retryable: true },
  TASK_CANCELLED: { type: 'TASK_CANCELLED', taskId, reason: 'enough' },
  TASK_REOPENED: { type: 'TASK_REOPENED', taskId, note: '' },
  TASK_END_REPORTED: { type: 'TASK_END_REPORTED', taskId },
  TIMER_STARTED: { type: 'TIMER_STARTED', timerId: 'timer', durationMs: 5, fireAtMs: 14 },
  TIMER_FIRED: { type: 'TIMER_FIRED', timerId: 'timer' },
  TIMER_CANCELLED: { type: 'TIMER_CANCELLED', timerId: 'timer' },
  PROMISE_CREATED: { type: 'PROMISE_CREATED', ...promise, timeoutMs: 5, timeoutAt: 14 },
  PROMISE_RESOLVED: { type: 'PROMISE_RESOLVED', ...promise, value: json },
  PROMISE_REJECTED: { type: 'PROMISE_REJECTED', ...promise, error: 'no' },
  PROMISE_TIMED_OUT: { type: 'PROMISE_TIMED_OUT', ...promise },
  CHILD_INITIATED: { type: 'CHILD_INITIATED', ...child, input: json, queue: 'default', prioritySeconds: 0 },
  CHILD_STARTED: { type: 'CHILD_STARTED', ...child },
  CHILD_COMPLETED: { type: 'CHILD_COMPLETED', ...child, output: json },
  CHILD_FAILED: { type: 'CHILD_FAILED', ...child, error: 'no' },
  CHILD_CANCELLATION_REQUESTED: { type: 'CHILD_CANCELLATION_REQUESTED', ...child, reason: 'enough' },
  CHILD_CANCELLATION_FAILED: { type: 'CHILD_CANCELLATION_FAILED', ...child, error: 'it has ended' },
  CHILD_SIGNALLED: { type: 'CHILD_SIGNALLED', ...child, signalName: 'go', signalValue: json },
  TASK_OUTPUT: {
    type: 'TASK_OUTPUT',
    taskId,
    output: [{ kind: 'progress', event: '{"type":"progress","progress":0.5}' as Json, timestampMs: 1, progress: 0.5 }],
  },
  TASK_LOGGED: { type: 'TASK_LOGGED', taskId, log: { level: 'INFO', message: 'hello', timestampMs: 1 } },
  TASK_HEARTBEAT: { type: 'TASK_HEARTBEAT', taskId },
};
