import { type Json, ServiceError, toJson } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decided } from '../decision.js';
import type { AttemptAnswer, AttemptEnd, AttemptRef } from '../engine.js';
import { type WorkflowState, isTerminalWorkflow } from '../execution/state.js';
import type { ExecutionView } from '../execution/view.js';
import { waking } from '../execution/waking.js';
import type { SessionId, TaskId } from '../ids.js';
import type { Occurrence, TaskLog, TaskOutput } from '../occurrence.js';
import { retryDelayMs } from './retry-policy.js';
import type { TaskState } from './state.js';

/** How an attempt ended. */
export type AttemptOutcome =
  | { readonly type: 'completed'; readonly output: Json }
  | { readonly type: 'failed'; readonly error: string; readonly retryable: boolean }
  | { readonly type: 'cancelled'; readonly reason: string }
  /** Its worker was silent for too long. */
  | { readonly type: 'lost'; readonly reason: string }
  /** Handed back, or never arrived: made again whatever the policy says. */
  | { readonly type: 'released'; readonly reason: string };

export interface AttemptHolder {
  readonly sessionId: SessionId;
  readonly workerId: string;
  /** A token for the claim that a speculation which holds makes of the workflow's next turn. */
  readonly turnToken: string;
}

/** The end of an attempt, reported by whoever holds it. */
export function decideAttemptEnd(
  { execution, now }: Circumstances,
  end: AttemptEnd,
  outcome: AttemptOutcome,
  holder: AttemptHolder,
): OwnDecision<AttemptAnswer> {
  const { view, task } = claimedTask(execution, end);
  if (task === undefined) return decided(repeatedAnswer(view, end, holder));

  if (end.entries > task.entries) throw outputMissing(task, end.entries);
  const occurrences: Occurrence[] = [];
  if (end.lostEntries > 0) {
    occurrences.push({ type: 'TASK_OUTPUT', taskId: task.id, output: [streamLoss(end.lostEntries, now)] });
  }

  const ending = attemptEnding(task, outcome, now);
  occurrences.push(ending);
  const { workflow } = view;
  if (workflow === undefined || isTerminalWorkflow(workflow) || ending.type === 'TASK_ATTEMPT_FAILED') {
    return decided({ sequence: 0, speculationHeld: false }, occurrences);
  }
  // The task's end is the first fact of this change.
  const sequence = view.sequence + 1;
  const held = end.speculation?.expectedSequence === sequence && maySpeculate(workflow, sequence, holder.sessionId);
  if (held) {
    occurrences.push(...speculate(workflow, sequence, holder));
  } else if (workflow.status === 'WAITING') {
    occurrences.push({ type: 'WORKFLOW_WOKEN' });
  }
  return decided({ sequence, speculationHeld: held }, occurrences);
}

/**
 * The end of an attempt in a worker that makes single calls. It shows no claim: the attempt is whichever of their kind runs.
 * Said again of a task that is COMPLETED, a good end is no mistake.
 */
export function decideUnaryAttemptEnd(
  { execution, now }: Circumstances,
  taskId: TaskId,
  outcome: AttemptOutcome,
): OwnDecision<void> {
  const task = execution?.tasks.get(taskId);
  if (execution === undefined || task === undefined) throw noTask(taskId);
  if (task.status === 'COMPLETED' && outcome.type === 'completed') return decided(undefined);
  if (task.status !== 'RUNNING' || task.claim.door !== 'unary') throw notTheirs(task);
  const ending = attemptEnding(task, outcome, now);
  const wakes = ending.type === 'TASK_ATTEMPT_FAILED' ? [] : waking(execution);
  return decided(undefined, [ending, ...wakes]);
}

/** Output of an attempt in such a worker; what comes after its end is passed over. */
export function decideUnaryOutput(
  { execution }: Circumstances,
  taskId: TaskId,
  output: TaskOutput,
): OwnDecision<boolean> {
  const task = execution?.tasks.get(taskId);
  if (task === undefined) throw noTask(taskId);
  if (task.status !== 'RUNNING' || task.claim.door !== 'unary') return decided(false);
  return decided(true, [{ type: 'TASK_OUTPUT', taskId, output: [output] }]);
}

export function decideUnaryLog({ execution }: Circumstances, taskId: TaskId, log: TaskLog): OwnDecision<void> {
  const task = execution?.tasks.get(taskId);
  if (task === undefined) throw noTask(taskId);
  // A line that comes after the end is still a line of its attempt.
  return decided(undefined, task.executionCount === 0 ? [] : [{ type: 'TASK_LOGGED', taskId, log }]);
}

/** A sign of life, which fails once the attempt is over: that is how such a worker learns of a cancellation. */
export function decideUnaryHeartbeat({ execution }: Circumstances, taskId: TaskId): OwnDecision<void> {
  const task = execution?.tasks.get(taskId);
  if (task === undefined) throw noTask(taskId);
  if (task.status !== 'RUNNING' || task.claim.door !== 'unary') throw notTheirs(task);
  return decided(undefined, [{ type: 'TASK_HEARTBEAT', taskId }]);
}

export function noTask(taskId: TaskId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no task ${taskId}.`);
}

function notTheirs(task: TaskState): ServiceError {
  return new ServiceError(
    'LEASE_LOST',
    `Task ${task.id} is ${task.status}, and no attempt of it is in the hands of a worker of this service. Stop the work.`,
  );
}

/** Output of a running attempt. What was stored before is passed over; a hole is refused with where to go on. */
export function decideEntries(
  { execution }: Circumstances,
  entries: AttemptRef & { first: number; output: readonly TaskOutput[] },
): OwnDecision<{ stored: number }> {
  const { task } = claimedTask(execution, entries);
  if (task === undefined) return decided({ stored: entries.first + entries.output.length });
  const skip = task.entries - entries.first;
  if (skip < 0) throw outputMissing(task, entries.first);
  const output = skip === 0 ? entries.output : entries.output.slice(skip);
  const stored = task.entries + output.length;
  return decided({ stored }, output.length === 0 ? [] : [{ type: 'TASK_OUTPUT', taskId: task.id, output }]);
}

export function decideLog({ execution }: Circumstances, ref: AttemptRef, log: TaskLog): OwnDecision<void> {
  const { task } = claimedTask(execution, ref);
  return decided(undefined, task === undefined ? [] : [{ type: 'TASK_LOGGED', taskId: task.id, log }]);
}

export function decideHeartbeat({ execution }: Circumstances, ref: AttemptRef): OwnDecision<void> {
  const { task } = claimedTask(execution, ref);
  if (task === undefined) throw leaseLost(ref);
  return decided(undefined, [{ type: 'TASK_HEARTBEAT', taskId: task.id }]);
}

type RunningTask = TaskState & { readonly status: 'RUNNING' };

/**
 * The running task that a token has the right to. `undefined` when this very token has ended its attempt already: what is
 * said again was stored before.
 */
function claimedTask(
  execution: ExecutionView | undefined,
  ref: AttemptRef,
): { readonly view: ExecutionView; readonly task: RunningTask | undefined } {
  const task = execution?.tasks.get(ref.taskId);
  if (execution === undefined || task === undefined) {
    throw new ServiceError('NOT_FOUND', `There is no task ${ref.taskId} in execution ${ref.executionId}.`);
  }
  if (task.status === 'RUNNING' && task.claim.token === ref.token) return { view: execution, task };
  if (task.lastToken === ref.token) return { view: execution, task: undefined };
  throw leaseLost(ref);
}

/** Something was sent behind output that is not stored: the newest of it may have gone with a crash of the database. */
function outputMissing(task: RunningTask, sent: number): ServiceError {
  return new ServiceError(
    'FAILED_PRECONDITION',
    `Of the ${sent} entries before this one, ${task.entries} of task ${task.id} are stored. Send from ${task.entries} on.`,
    { actual: task.entries },
  );
}

function leaseLost(ref: AttemptRef): ServiceError {
  return new ServiceError(
    'LEASE_LOST',
    `This attempt of task ${ref.taskId} is no longer this worker's: its lease ended or the task was cancelled. Stop the work.`,
  );
}

function attemptEnding(task: RunningTask, outcome: AttemptOutcome, now: number) {
  const taskId = task.id;
  const endedBy = task.claim.token;
  switch (outcome.type) {
    case 'completed':
      return { type: 'TASK_COMPLETED', taskId, output: outcome.output, endedBy } as const;
    case 'cancelled':
      return { type: 'TASK_CANCELLED', taskId, reason: outcome.reason, endedBy } as const;
    case 'released':
      return { type: 'TASK_ATTEMPT_FAILED', taskId, error: outcome.reason, uncounted: true } as const;
    case 'lost':
      return failing(task, outcome.reason, true, now);
    case 'failed':
      return { ...failing(task, outcome.error, outcome.retryable, now), endedBy };
  }
}

/** The policy's answer to a failure: another attempt, or the end. */
function failing(task: TaskState, error: string, retryable: boolean, now: number) {
  const taskId = task.id;
  const counted = task.executionCount - (task.uncounted ?? 0);
  if (!retryable || counted > task.retry.maxRetries) {
    return { type: 'TASK_FAILED', taskId, error, retryable } as const;
  }
  const delay = retryDelayMs(task.retry, counted);
  return { type: 'TASK_ATTEMPT_FAILED', taskId, error, ...(delay === 0 ? {} : { dueAt: now + delay }) } as const;
}

/**
 * A session may go on with a result it has not seen confirmed if it holds the live instance and nothing came between: the
 * execution waits, or the session is itself in the middle of such a turn.
 */
function maySpeculate(workflow: WorkflowState, sequence: number, session: SessionId): boolean {
  if (workflow.status === 'WAITING') return workflow.holder === session;
  return (
    workflow.status === 'RUNNING' &&
    workflow.claim.sessionId === session &&
    workflow.claim.speculativeSequence === sequence - 1
  );
}

function speculate(workflow: WorkflowState, sequence: number, holder: AttemptHolder): Occurrence[] {
  if (workflow.status === 'RUNNING') return [{ type: 'WORKFLOW_SPECULATED', sequence }];
  return [
    { type: 'WORKFLOW_WOKEN' },
    {
      type: 'WORKFLOW_CLAIMED',
      claim: {
        sessionId: holder.sessionId,
        workerId: holder.workerId,
        token: holder.turnToken,
        claimedSequence: sequence,
        speculativeSequence: sequence,
      },
    },
  ];
}

/** The answer that the first delivery of the same end had, as far as it still matters. */
function repeatedAnswer(view: ExecutionView, end: AttemptEnd, holder: AttemptHolder): AttemptAnswer {
  const expected = end.speculation?.expectedSequence;
  const { workflow } = view;
  if (expected === undefined || workflow === undefined) return { sequence: 0, speculationHeld: false };
  const turnUnderWay =
    workflow.status === 'RUNNING' &&
    workflow.claim.sessionId === holder.sessionId &&
    (workflow.claim.speculativeSequence ?? 0) >= expected;
  const turnStored = workflow.holder === holder.sessionId && (workflow.lastTurn?.sequence ?? 0) > expected;
  const held = turnUnderWay || turnStored;
  return { sequence: held ? expected : 0, speculationHeld: held };
}

function streamLoss(count: number, now: number): TaskOutput {
  const message = `${count} stream ${count === 1 ? 'entry' : 'entries'} of this attempt could not be stored`;
  return {
    kind: 'error',
    event: toJson({ type: 'error', message, code: 'STREAM_LOSS' }),
    timestampMs: now,
  };
}
