import { invariant } from '@flovyn/protocol';
import type { TaskOccurrence, TaskOutput } from '../occurrence.js';
import { type EndedAttempt, type TaskState, isOpenTask } from './state.js';
import { taskTransitions } from './transitions.js';

export interface TaskStamp {
  readonly now: number;
  /** The number of the fact this becomes; 0 where there is no history. */
  readonly sequence: number;
  /** The stream position before the occurrence was announced. */
  readonly from: { readonly epoch: string; readonly seq: number };
}

/** The state after an occurrence. Pure; the state before stays as it is. */
export function evolveTask(before: TaskState | undefined, occurrence: TaskOccurrence, stamp: TaskStamp): TaskState {
  if (occurrence.type === 'TASK_CREATED') {
    invariant(before === undefined, `task ${occurrence.taskId} is created once`);
    return { ...occurrence.task, status: 'PENDING', executionCount: 0, scheduledSequence: stamp.sequence };
  }
  invariant(before !== undefined, `${occurrence.type} happens to a task that exists`);
  const next = taskTransitions[before.status][occurrence.type];
  invariant(next !== 'refused', `${occurrence.type} cannot happen to ${before.status} task ${before.id}`);

  switch (occurrence.type) {
    case 'TASK_DUE': {
      const { dueAt: _, ...rest } = before as TaskState & { dueAt?: number };
      return rest;
    }
    case 'TASK_CLAIMED':
      return {
        ...carried(before),
        ...(before.lastToken === undefined ? {} : { lastToken: before.lastToken }),
        status: 'RUNNING',
        claim: occurrence.claim,
        workerId: occurrence.claim.workerId,
        executionCount: before.executionCount + 1,
        startedAt: before.startedAt ?? stamp.now,
        attemptStartedAt: stamp.now,
        attemptFrom: stamp.from,
        entries: 0,
      };
    case 'TASK_ATTEMPT_FAILED': {
      const { workerId: _, ...rest } = carried(before);
      return {
        ...rest,
        status: 'PENDING',
        error: occurrence.error,
        ...lastToken(occurrence),
        ...(occurrence.dueAt === undefined ? {} : { dueAt: occurrence.dueAt }),
      };
    }
    case 'TASK_COMPLETED':
      return { ...closed(before, occurrence, stamp), status: 'COMPLETED', output: occurrence.output };
    case 'TASK_FAILED':
      return { ...closed(before, occurrence, stamp), status: 'FAILED', error: occurrence.error };
    case 'TASK_CANCELLED':
      return { ...closed(before, occurrence, stamp), status: 'CANCELLED', reason: occurrence.reason };
    case 'TASK_REOPENED': {
      const rest = carried(before);
      return {
        ...rest,
        status: 'PENDING',
        // One more attempt than there were, whatever the policy allowed.
        retry: { ...rest.retry, maxRetries: Math.max(rest.retry.maxRetries, rest.executionCount) },
      };
    }
    case 'TASK_OUTPUT':
      invariant(before.status === 'RUNNING', 'only a running attempt has output');
      return {
        ...before,
        ...progressOf(occurrence.output),
        entries: before.entries + occurrence.output.length,
      };
    case 'TASK_LOGGED':
      return before;
    case 'TASK_HEARTBEAT':
      return { ...before, lastHeartbeatAt: stamp.now };
  }
}

/** The attempt that an occurrence ended without ending its task. */
export function endedAttempt(before: TaskState, occurrence: TaskOccurrence, now: number): EndedAttempt | undefined {
  if (occurrence.type !== 'TASK_ATTEMPT_FAILED' || before.status !== 'RUNNING') return undefined;
  return attemptOf(before, now, occurrence.error);
}

/** The last attempt of a task that is reopened: until now the task's own record described it. */
export function reopenedAttempt(before: TaskState, occurrence: TaskOccurrence): EndedAttempt | undefined {
  if (occurrence.type !== 'TASK_REOPENED' || before.status !== 'FAILED' || before.attemptStartedAt === undefined) {
    return undefined;
  }
  return {
    taskId: before.id,
    attempt: before.executionCount,
    startedAt: before.attemptStartedAt,
    finishedAt: before.completedAt,
    status: 'FAILED',
    error: before.error,
    workerId: before.workerId ?? '',
  };
}

function attemptOf(task: TaskState & { status: 'RUNNING' }, now: number, error: string): EndedAttempt {
  return {
    taskId: task.id,
    attempt: task.executionCount,
    startedAt: task.attemptStartedAt,
    finishedAt: now,
    status: 'FAILED',
    error,
    workerId: task.claim.workerId,
  };
}

function progressOf(output: readonly TaskOutput[]): { progress?: number; progressDetails?: string } {
  const last = output.findLast((entry) => entry.progress !== undefined);
  if (last?.progress === undefined) return {};
  return { progress: last.progress, ...(last.details === undefined ? {} : { progressDetails: last.details }) };
}

function lastToken(ending: { endedBy?: string }): { lastToken?: string } {
  return ending.endedBy === undefined ? {} : { lastToken: ending.endedBy };
}

function closed(
  task: TaskState,
  ending: { endedBy?: string },
  stamp: TaskStamp,
): Carried & { completedAt: number; attemptStartedAt?: number } {
  invariant(isOpenTask(task), `task ${task.id} ends once`);
  return {
    ...carried(task),
    ...lastToken(ending),
    completedAt: stamp.now,
    ...(task.status === 'RUNNING' ? { attemptStartedAt: task.attemptStartedAt } : {}),
  };
}

type Phase =
  | 'status'
  | 'lastToken'
  | 'dueAt'
  | 'error'
  | 'claim'
  | 'attemptStartedAt'
  | 'entries'
  | 'output'
  | 'reason'
  | 'completedAt';
type Carried = Omit<TaskState, Phase>;

/** What goes on through a change of status. Spelt out for the same reason as a workflow's. */
function carried(task: TaskState): Carried {
  const { id, orgId, workflowExecutionId, kind, queue, input, metadata, retry, timeoutMs, prioritySeconds } = task;
  const { idempotencyKey, createdAt, executionCount, startedAt, progress, progressDetails } = task;
  const { lastHeartbeatAt, attemptFrom, workerId, scheduledSequence } = task;
  return {
    id,
    orgId,
    workflowExecutionId,
    kind,
    queue,
    input,
    metadata,
    retry,
    timeoutMs,
    prioritySeconds,
    idempotencyKey,
    createdAt,
    scheduledSequence,
    executionCount,
    startedAt,
    progress,
    progressDetails,
    lastHeartbeatAt,
    attemptFrom,
    workerId,
  };
}
