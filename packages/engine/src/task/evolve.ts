import { type Json, invariant } from '@flovyn/protocol';
import type { Claim } from '../execution/state.js';
import type { TaskOccurrence, TaskOutput } from '../occurrence.js';
import { type EndedAttempt, type NewTask, type TaskState, isOpenTask } from './state.js';
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
    const made = carried(occurrence.task, 'PENDING');
    made.scheduledSequence = stamp.sequence;
    made.dueAt = occurrence.task.dueAt;
    return made as TaskState;
  }
  invariant(before !== undefined, `${occurrence.type} happens to a task that exists`);
  const status = taskTransitions[before.status][occurrence.type];
  invariant(status !== 'refused', `${occurrence.type} cannot happen to ${before.status} task ${before.id}`);

  if (occurrence.type === 'TASK_LOGGED' || occurrence.type === 'TASK_END_REPORTED') return before;
  if (occurrence.type === 'TASK_HEARTBEAT') return { ...before, lastHeartbeatAt: stamp.now };
  if (occurrence.type === 'TASK_OUTPUT') {
    invariant(before.status === 'RUNNING', 'only a running attempt has output');
    return { ...before, ...progressOf(occurrence.output), entries: before.entries + occurrence.output.length };
  }
  return become(before, status === 'same' ? before.status : status, occurrence, stamp);
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
    status: before.timedOut === true ? 'TIMEOUT' : 'FAILED',
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

type Becoming = Exclude<
  TaskOccurrence,
  { type: 'TASK_CREATED' | 'TASK_LOGGED' | 'TASK_END_REPORTED' | 'TASK_HEARTBEAT' | 'TASK_OUTPUT' }
>;

/** The record in its new status. */
function become(before: TaskState, status: TaskState['status'], occurrence: Becoming, stamp: TaskStamp): TaskState {
  const next = carried(before, status);
  switch (occurrence.type) {
    case 'TASK_DUE':
      next.lastToken = before.lastToken;
      next.error = before.status === 'PENDING' ? before.error : undefined;
      break;
    case 'TASK_CLAIMED':
      next.lastToken = before.lastToken;
      next.claim = occurrence.claim;
      next.workerId = occurrence.claim.workerId;
      next.executionCount += 1;
      next.startedAt ??= stamp.now;
      next.attemptStartedAt = stamp.now;
      next.attemptFrom = stamp.from;
      next.entries = 0;
      break;
    case 'TASK_ATTEMPT_FAILED':
      next.workerId = undefined;
      next.error = occurrence.error;
      if (occurrence.uncounted === true) next.uncounted = (before.uncounted ?? 0) + 1;
      next.lastToken = occurrence.endedBy;
      next.dueAt = occurrence.dueAt;
      break;
    case 'TASK_COMPLETED':
      next.output = occurrence.output;
      end(next, before, occurrence.endedBy, stamp);
      break;
    case 'TASK_FAILED':
      next.error = occurrence.error;
      next.timedOut = occurrence.timedOut;
      end(next, before, occurrence.endedBy, stamp);
      break;
    case 'TASK_CANCELLED':
      next.reason = occurrence.reason;
      end(next, before, occurrence.endedBy, stamp);
      break;
    case 'TASK_REOPENED':
      // One more attempt than there were, whatever the policy allowed.
      next.retry = {
        ...before.retry,
        maxRetries: Math.max(before.retry.maxRetries, before.executionCount - (before.uncounted ?? 0)),
      };
      break;
  }
  // The members of the new status are those that were set.
  return next as TaskState;
}

function end(next: Draft, before: TaskState, endedBy: string | undefined, stamp: TaskStamp): void {
  invariant(isOpenTask(before), `task ${before.id} ends once`);
  next.lastToken = endedBy;
  next.completedAt = stamp.now;
  if (before.status === 'RUNNING') next.attemptStartedAt = before.attemptStartedAt;
}

type Phase =
  | 'lastToken'
  | 'dueAt'
  | 'error'
  | 'timedOut'
  | 'claim'
  | 'attemptStartedAt'
  | 'entries'
  | 'output'
  | 'reason'
  | 'completedAt';
type Carried = Omit<TaskState, Phase | 'status'>;
/** A record under way to its new status. */
type Draft = { -readonly [Member in keyof Carried]: Carried[Member] } & {
  status: TaskState['status'];
  lastToken: string | undefined;
  dueAt: number | undefined;
  error: string | undefined;
  timedOut: true | undefined;
  claim: Claim | undefined;
  attemptStartedAt: number | undefined;
  entries: number | undefined;
  output: Json | undefined;
  reason: string | undefined;
  completedAt: number | undefined;
};

/** What goes on through a change of status. Spelt out, in one shape, for the same reason as a workflow's. */
function carried(task: NewTask & Partial<Carried>, status: TaskState['status']): Draft {
  return {
    id: task.id,
    orgId: task.orgId,
    workflowExecutionId: task.workflowExecutionId,
    kind: task.kind,
    queue: task.queue,
    input: task.input,
    metadata: task.metadata,
    retry: task.retry,
    timeoutMs: task.timeoutMs,
    prioritySeconds: task.prioritySeconds,
    idempotencyKey: task.idempotencyKey,
    createdAt: task.createdAt,
    scheduledSequence: task.scheduledSequence ?? 0,
    executionCount: task.executionCount ?? 0,
    uncounted: task.uncounted,
    startedAt: task.startedAt,
    progress: task.progress,
    progressDetails: task.progressDetails,
    lastHeartbeatAt: task.lastHeartbeatAt,
    attemptFrom: task.attemptFrom,
    workerId: task.workerId,
    status,
    lastToken: undefined,
    dueAt: undefined,
    error: undefined,
    timedOut: undefined,
    claim: undefined,
    attemptStartedAt: undefined,
    entries: undefined,
    output: undefined,
    reason: undefined,
    completedAt: undefined,
  };
}
