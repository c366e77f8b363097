import type { Json } from '@flovyn/protocol';
import type { NewWorkflow, TurnClaim, WorkflowState } from '../../src/execution/state.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../../src/ids.js';
import type { TaskState } from '../../src/task/state.js';

/** Builders for the engine's own tests. */

export const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
export const executionId = '0198c5a0-0000-7000-8000-000000000001' as ExecutionId;
export const otherId = '0198c5a0-0000-7000-8000-000000000003' as ExecutionId;
export const taskId = '0198c5a0-0000-4000-8000-000000000002' as TaskId;

export const claim: TurnClaim = {
  sessionId: '0198c5a0-0000-7000-8000-00000000000a' as SessionId,
  workerId: 'worker',
  token: 'token',
  claimedSequence: 1,
};

export const newWorkflow: NewWorkflow = {
  id: executionId,
  orgId,
  rootId: executionId,
  kind: 'w',
  queue: 'default',
  input: '{}' as Json,
  metadata: '{}' as Json,
  prioritySeconds: 0,
  createdAt: 1,
};

const moving = { ...newWorkflow, updatedAt: 1, wakeSequence: 0 };

/** A workflow in each of its statuses. */
export const workflows: { readonly [Status in WorkflowState['status']]: WorkflowState & { status: Status } } = {
  PENDING: { ...moving, status: 'PENDING' },
  RUNNING: { ...moving, status: 'RUNNING', claim, holder: claim.sessionId, startedAt: 1 },
  WAITING: {
    ...moving,
    status: 'WAITING',
    holder: claim.sessionId,
    startedAt: 1,
    reason: 'waiting',
    suspendType: 'SUSPEND_TYPE_TASK',
    waitingOn: [{ type: 'SUSPEND_TYPE_TASK' }],
  },
  COMPLETED: { ...moving, status: 'COMPLETED', startedAt: 1, output: 'null' as Json, completedAt: 2 },
  FAILED: { ...moving, status: 'FAILED', startedAt: 1, error: 'no', completedAt: 2 },
  CANCELLED: { ...moving, status: 'CANCELLED', reason: 'enough', completedAt: 2 },
};

export const newTask = {
  id: taskId,
  orgId,
  workflowExecutionId: executionId,
  kind: 't',
  queue: 'default',
  input: '{}' as Json,
  metadata: '{}' as Json,
  retry: { maxRetries: 3, initialDelayMs: 0, maxDelayMs: 1, multiplier: 1 },
  prioritySeconds: 0,
  createdAt: 1,
};

const begun = { ...newTask, scheduledSequence: 2, executionCount: 1, startedAt: 1, workerId: 'worker' };

/** A task in each of its statuses. */
export const tasks: { readonly [Status in TaskState['status']]: TaskState & { status: Status } } = {
  PENDING: { ...newTask, status: 'PENDING', scheduledSequence: 2, executionCount: 0 },
  RUNNING: { ...begun, status: 'RUNNING', claim, attemptStartedAt: 1, entries: 2 },
  COMPLETED: { ...begun, status: 'COMPLETED', output: 'null' as Json, attemptStartedAt: 1, completedAt: 2 },
  FAILED: { ...begun, status: 'FAILED', error: 'no', attemptStartedAt: 1, completedAt: 2 },
  CANCELLED: { ...begun, status: 'CANCELLED', reason: 'enough', attemptStartedAt: 1, completedAt: 2 },
};
