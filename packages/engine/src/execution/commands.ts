import { type Command, type ScheduleTask, ServiceError, limits } from '@flovyn/protocol';
import type { Circumstances } from '../decision.js';
import type { ExecutionId } from '../ids.js';
import type { IdempotencyKey } from '../ports/store.js';
import { retryPolicy } from '../task/retry-policy.js';
import { childWait, waitName } from '../wait/state.js';
import { OpenWork, parsedTaskId } from './open-work.js';
import type { WorkflowState } from './state.js';
import type { ExecutionView } from './view.js';

/** How much one execution may hold. */
export interface TurnLimits {
  readonly commands: number;
  readonly openTasks: number;
  readonly history: number;
}

export const turnLimits: TurnLimits = {
  commands: limits.commandsPerTurn,
  openTasks: limits.openTasks,
  history: limits.historyEvents,
};

/** What the commands of a turn come to. */
export interface CarriedOut {
  readonly open: OpenWork;
  readonly keys: readonly IdempotencyKey[];
}

/** The execution whose commands are carried out. */
interface Subject {
  readonly execution: ExecutionView;
  readonly workflow: WorkflowState;
}

/**
 * Carries the commands of a turn out, in order; all of them or, with a thrown `ServiceError`, none. What was asked for
 * before - in this turn, or in one that another worker took twice - is passed over.
 */
export function carryOut(
  subject: Subject,
  commands: readonly Command[],
  circumstances: Circumstances,
  newId: () => string,
  turnLimit: TurnLimits,
): CarriedOut {
  if (commands.length > turnLimit.commands) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `A turn of execution ${subject.execution.id} has ${commands.length} commands; ${turnLimit.commands} is the limit. Await some of them in between.`,
      { limit: turnLimit.commands, actual: commands.length },
    );
  }
  const open = new OpenWork(subject.execution);
  const keys: IdempotencyKey[] = [];
  for (const command of commands) {
    const key = carryOutOne(subject, command, open, circumstances, newId);
    if (key !== undefined) keys.push(claimable(key, keys, circumstances));
  }
  open.checkLimits(turnLimit.openTasks);
  return { open, keys };
}

function carryOutOne(
  { execution, workflow }: Subject,
  command: Command,
  open: OpenWork,
  circumstances: Circumstances,
  newId: () => string,
): IdempotencyKey | undefined {
  const { now } = circumstances;
  switch (command.type) {
    case 'RECORD_OPERATION':
      open.add({ type: 'OPERATION_COMPLETED', operationName: command.operationName, result: command.result });
      return undefined;
    case 'SET_STATE':
      open.add({ type: 'STATE_SET', key: command.key, value: command.value });
      return undefined;
    case 'CLEAR_STATE':
      open.add({ type: 'STATE_CLEARED', key: command.key });
      return undefined;
    case 'SCHEDULE_TASK':
      return scheduleTask(command, { execution, workflow }, open, circumstances);
    case 'START_TIMER': {
      const { timerId, durationMs } = command;
      if (open.knows(waitName({ type: 'timer', key: timerId }))) return undefined;
      open.add({ type: 'TIMER_STARTED', timerId, durationMs, fireAtMs: now + durationMs });
      if (durationMs <= 0) open.add({ type: 'TIMER_FIRED', timerId });
      return undefined;
    }
    case 'CANCEL_TIMER':
      if (open.isOpenTimer(command.timerId)) open.add({ type: 'TIMER_CANCELLED', timerId: command.timerId });
      return undefined;
    case 'CREATE_PROMISE':
      return createPromise(command, execution, open, now, newId);
    case 'RESOLVE_PROMISE': {
      const { promiseName, value } = command;
      const promise = open.openPromise(promiseName);
      if (promise !== undefined) open.add({ type: 'PROMISE_RESOLVED', ...promise, value });
      return undefined;
    }
    case 'SCHEDULE_CHILD_WORKFLOW':
      initiateChild(command, { execution, workflow }, open, circumstances);
      return undefined;
    case 'REQUEST_CANCEL_CHILD_WORKFLOW':
      cancelChild(command, open, circumstances);
      return undefined;
    case 'REQUEST_CANCEL_TASK': {
      const taskId = parsedTaskId(command.taskExecutionId, execution.id);
      if (open.isOpenTask(taskId)) open.add({ type: 'TASK_CANCELLED', taskId, reason: command.reason });
      return undefined;
    }
    case 'SIGNAL_CHILD_WORKFLOW':
      signalChild(command, open);
      return undefined;
    case 'REQUEST_CANCELLATION':
      if (!open.isCancelled) {
        open.add({ type: 'WORKFLOW_CANCELLATION_REQUESTED', reason: command.reason, requestedBy: 'workflow' });
      }
      return undefined;
  }
}

function scheduleTask(
  command: ScheduleTask,
  { execution, workflow }: Subject,
  open: OpenWork,
  { now, takenElsewhere }: Circumstances,
): IdempotencyKey | undefined {
  const taskId = parsedTaskId(command.taskExecutionId, execution.id);
  if (open.knows(taskId)) return undefined;
  if (takenElsewhere(taskId)) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Task id ${taskId} of execution ${execution.id} is taken by a task of another execution. Use an id of its own.`,
    );
  }
  const { idempotencyKey: key } = command;
  open.add({
    type: 'TASK_CREATED',
    taskId,
    task: {
      id: taskId,
      orgId: execution.orgId,
      workflowExecutionId: execution.id,
      kind: command.kind,
      queue: inherited(command.queue, workflow),
      input: command.input,
      metadata: workflow.metadata,
      retry: retryPolicy(command.retry),
      prioritySeconds: command.prioritySeconds ?? 0,
      createdAt: now,
      ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    },
  });
  if (key === undefined) return undefined;
  return keyOf(execution, key, 'task', taskId, now, command.idempotencyKeyTtlSeconds);
}

function createPromise(
  command: Extract<Command, { type: 'CREATE_PROMISE' }>,
  execution: ExecutionView,
  open: OpenWork,
  now: number,
  newId: () => string,
): IdempotencyKey | undefined {
  const { promiseName, timeoutMs, idempotencyKey: key } = command;
  const promiseId = newId();
  const isTaken = open.knows(waitName({ type: 'promise', key: promiseName }));
  open.add({
    type: 'PROMISE_CREATED',
    key: isTaken ? promiseId : promiseName,
    promiseId,
    promiseName,
    ...(timeoutMs === undefined ? {} : { timeoutMs, timeoutAt: now + timeoutMs }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  if (key === undefined) return undefined;
  return keyOf(execution, key, 'promise', promiseId, now, command.idempotencyKeyTtlSeconds);
}

type InitiateChild = Extract<Command, { type: 'SCHEDULE_CHILD_WORKFLOW' }>;

function initiateChild(
  command: InitiateChild,
  { execution, workflow }: Subject,
  open: OpenWork,
  circumstances: Circumstances,
): void {
  const childId = command.childWorkflowExecutionId as ExecutionId;
  if (open.knows(waitName(childWait(childId)))) return;
  if (circumstances.other(childId, true) !== undefined) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Child execution id ${childId} of execution ${execution.id} is taken by another execution. Use an id of its own.`,
    );
  }
  const depth = (workflow.depth ?? 0) + 1;
  if (depth > limits.childDepth) {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Execution ${execution.id} has ${depth - 1} ancestors; children may be ${limits.childDepth} deep. Let an ancestor start it.`,
      { limit: limits.childDepth, actual: depth },
    );
  }
  open.add({
    type: 'CHILD_INITIATED',
    childId,
    childName: command.childExecutionName,
    kind: command.kind,
    input: command.input,
    queue: inherited(command.queue, workflow),
    prioritySeconds: command.prioritySeconds,
  });
}

type CancelChild = Extract<Command, { type: 'REQUEST_CANCEL_CHILD_WORKFLOW' }>;

function cancelChild(command: CancelChild, open: OpenWork, circumstances: Circumstances): void {
  const { childExecutionName: childName, reason } = command;
  const childId = command.childWorkflowExecutionId as ExecutionId;
  // A child closes its parent's wait with its own end: one that is waited for lives.
  const child = open.openChild(childId);
  if (child !== undefined) return open.add({ type: 'CHILD_CANCELLATION_REQUESTED', ...child, reason });
  const ended = circumstances.other(childId)?.workflow;
  const error =
    ended === undefined ? `There is no child execution ${childId}` : `Child execution ${childId} is ${ended.status}`;
  open.add({ type: 'CHILD_CANCELLATION_FAILED', childId, childName, kind: ended?.kind ?? '', error });
}

type SignalChild = Extract<Command, { type: 'SIGNAL_CHILD_WORKFLOW' }>;

/** Each command leaves its record, heard or not: a replay counts them, and must not send one again. */
function signalChild({ childWorkflowExecutionId, signalName, signalValue }: SignalChild, open: OpenWork): void {
  const childId = childWorkflowExecutionId as ExecutionId;
  // A child that has ended has no ear; its end is on the way to the code that asks.
  const child = open.openChild(childId) ?? { childId, childName: '', kind: '', missed: true as const };
  open.add({ type: 'CHILD_SIGNALLED', ...child, signalName, signalValue });
}

/** An empty name and `default` both mean: where the workflow is. */
function inherited(queue: string | undefined, workflow: WorkflowState): string {
  return queue === undefined || queue === '' || queue === 'default' ? workflow.queue : queue;
}

function keyOf(
  { orgId }: ExecutionView,
  key: string,
  target: IdempotencyKey['target'],
  targetId: string,
  now: number,
  ttlSeconds: number = limits.idempotencyKeyTtlSeconds,
): IdempotencyKey {
  return { orgId, key, target, targetId, expiresAt: now + ttlSeconds * 1_000 };
}

/** @throws {ServiceError} FAILED_PRECONDITION when the key stands for something else already. */
function claimable(
  key: IdempotencyKey,
  taken: readonly IdempotencyKey[],
  circumstances: Circumstances,
): IdempotencyKey {
  const holder = circumstances.key(key.key) ?? taken.find((other) => other.key === key.key);
  if (holder === undefined) return key;
  throw new ServiceError(
    'FAILED_PRECONDITION',
    `Idempotency key "${key.key}" stands for ${holder.target} ${holder.targetId} and cannot name a new ${key.target}. Use another key.`,
  );
}
