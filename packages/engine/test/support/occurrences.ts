import type { Json } from '@flovyn/protocol';
import type { Occurrence } from '../../src/occurrence.js';
import { claim, newTask, newWorkflow, taskId } from './states.js';

const json = 'null' as Json;

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
  TASK_OUTPUT: {
    type: 'TASK_OUTPUT',
    taskId,
    output: [{ kind: 'progress', event: '{"type":"progress","progress":0.5}' as Json, timestampMs: 1, progress: 0.5 }],
  },
  TASK_LOGGED: { type: 'TASK_LOGGED', taskId, log: { level: 'INFO', message: 'hello', timestampMs: 1 } },
  TASK_HEARTBEAT: { type: 'TASK_HEARTBEAT', taskId },
};
