import { firstSuspendType, suspendType } from '@flovyn/events';
import type { SuspendType } from '@flovyn/events';
import { type Outcome, ServiceError } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decided, decidedAfter } from '../decision.js';
import type { Turn, UnaryTurn } from '../engine.js';
import type { SessionId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import { cancelled } from './cancel.js';
import { type TurnLimits, carryOut, turnLimits } from './commands.js';
import type { OpenWork } from './open-work.js';
import { noExecution } from './refusals.js';
import type { WorkflowState } from './state.js';
import type { ExecutionView } from './view.js';

export interface TurnSettings {
  /** Makes the id of a promise. */
  readonly newId: () => string;
  readonly limits?: TurnLimits;
}

/** All commands of one turn of a session worker and how it ended, together or not at all. */
export function decideTurn(
  circumstances: Circumstances,
  turn: Turn,
  sessionId: SessionId,
  settings: TurnSettings,
): OwnDecision<{ sequence: number }> {
  const { execution, workflow } = existing(circumstances.execution, turn.executionId);
  if (workflow.lastTurn?.turnId === turn.turnId) return decided({ sequence: workflow.lastTurn.sequence });
  const refusal = refuseTurn(workflow, turn, sessionId);
  if (refusal !== undefined) return refusal;

  try {
    return played(circumstances, { execution, workflow }, turn, settings);
  } catch (error) {
    if (!turn.speculative || !ServiceError.is(error)) throw error;
    // Nobody holds a token for the claim of a guess: it goes round again, and is refused where its worker can answer.
    return { occurrences: [{ type: 'WORKFLOW_RELEASED', reason: error.message }], answer: { refusal: error } };
  }
}

/** @throws {ServiceError} when what the turn asks for cannot be: nothing of it happens. */
function played(
  circumstances: Circumstances,
  { execution, workflow }: { readonly execution: ExecutionView; readonly workflow: WorkflowState },
  { commands, outcome, seenSequence, turnId }: Turn,
  { limits = turnLimits, newId }: TurnSettings,
): OwnDecision<{ sequence: number }> {
  const { open, keys } = carryOut({ execution, workflow }, commands, circumstances, newId, limits);
  if (isFull(execution, open, limits)) return historyFull(execution, turnId, limits);
  conclude(open, turnId, outcome);
  const wakes = workflow.wakeSequence > seenSequence || wakesItself(open);
  if (outcome.type === 'SUSPENDED' && wakes) open.add({ type: 'WORKFLOW_WOKEN' });
  const decision = decidedAfter(open.occurrences, (after) => ({ sequence: after.workflow?.lastTurn?.sequence ?? 0 }));
  return keys.length === 0 ? decision : { ...decision, keys };
}

/**
 * The same from a worker that makes single calls. It shows no claim: the turn belongs to whoever of their kind has the
 * execution. Facts it has not seen are those after its claim. Replies with what the execution has become.
 */
export function decideUnaryTurn(
  circumstances: Circumstances,
  turn: UnaryTurn,
  turnId: string,
  settings: TurnSettings,
): OwnDecision<WorkflowState | undefined> {
  const { execution, workflow } = existing(circumstances.execution, turn.executionId);
  if (workflow.status !== 'RUNNING' || workflow.claim.door !== 'unary') {
    throw new ServiceError(
      'LEASE_LOST',
      `Execution ${turn.executionId} is ${workflow.status}, not in the hands of a worker of this service. Nothing of the turn was stored; poll again.`,
    );
  }
  const { limits = turnLimits, newId } = settings;
  const { open, keys } = carryOut({ execution, workflow }, turn.commands, circumstances, newId, limits);
  if (isFull(execution, open, limits)) {
    const { occurrences } = historyFull(execution, turnId, limits);
    return decidedAfter(occurrences, workflowOf);
  }
  const outcome = turn.outcome === undefined ? undefined : honoured(turn.outcome, workflow, open);
  if (outcome !== undefined) conclude(open, turnId, outcome);
  const wakes = workflow.wakeSequence > workflow.claim.claimedSequence || wakesItself(open);
  if (outcome?.type === 'SUSPENDED' && wakes) open.add({ type: 'WORKFLOW_WOKEN' });
  const decision = decidedAfter(open.occurrences, workflowOf);
  return keys.length === 0 ? decision : { ...decision, keys };
}

/** The worker gives its turn back unplayed, or is gone. */
export function decideTurnReleased(
  { execution }: Pick<Circumstances, 'execution'>,
  request: { readonly token: string; readonly reason: string },
): OwnDecision<void> {
  const workflow = execution?.workflow;
  // Nothing to give back: the claim ended in some other way.
  if (execution === undefined || workflow?.status !== 'RUNNING' || workflow.claim.token !== request.token) {
    return decided(undefined);
  }
  // Nobody of its kind would hear of the cancellation at the next turn either.
  if (workflow.door === 'unary' && workflow.cancellation !== undefined) {
    return decided(undefined, cancelled(execution, workflow.cancellation.reason));
  }
  return decided(undefined, [{ type: 'WORKFLOW_RELEASED', reason: request.reason }]);
}

function workflowOf({ workflow }: ExecutionView): WorkflowState | undefined {
  return workflow;
}

function existing(execution: ExecutionView | undefined, id: ExecutionView['id']) {
  const workflow = execution?.workflow;
  if (execution === undefined || workflow === undefined) throw noExecution(id);
  return { execution, workflow };
}

function refuseTurn(
  workflow: WorkflowState,
  turn: Turn,
  sessionId: SessionId,
): OwnDecision<{ sequence: number }> | undefined {
  const claim = workflow.status === 'RUNNING' && workflow.claim.sessionId === sessionId ? workflow.claim : undefined;
  if (turn.speculative) {
    if (claim?.speculativeSequence === turn.seenSequence) return undefined;
    const refusal = new ServiceError(
      'SPECULATION_MISSED',
      `Execution ${turn.executionId} went another way than the turn made from fact ${turn.seenSequence}. Drop the instance and replay.`,
    );
    // The claim that was made for this turn has nobody working on it: it goes round again, with the true history.
    const stranded = claim?.speculativeSequence !== undefined;
    return {
      occurrences: stranded ? [{ type: 'WORKFLOW_RELEASED', reason: 'The speculation missed' }] : [],
      answer: { refusal },
    };
  }
  if (claim?.token === turn.token) return undefined;
  throw new ServiceError(
    'LEASE_LOST',
    `The turn of execution ${turn.executionId} is no longer this worker's: its lease ended or the execution is over. Drop the instance.`,
  );
}

/**
 * What a turn of a worker without an ear for cancellations means while one is wanted: an end is an end, a wait is the
 * moment to stop. Such workers also say FAILED for an execution that they were told to cancel.
 */
function honoured(outcome: Outcome, workflow: WorkflowState, open: OpenWork): Outcome {
  const { cancellation } = workflow;
  if (cancellation === undefined) {
    return outcome.type === 'SUSPENDED' && outcome.waitingOn.length === 0 ? guessed(outcome, open) : outcome;
  }
  const stops = outcome.type === 'SUSPENDED' || (outcome.type === 'FAILED' && outcome.failureType === 'CANCELLED');
  return stops ? { type: 'CANCELLED', reason: cancellation.reason } : outcome;
}

type Suspended = Extract<Outcome, { type: 'SUSPENDED' }>;

/** Workers that do not say what they wait for name it in their reason, or leave it to what is open. */
function guessed(outcome: Suspended, open: OpenWork): Suspended {
  return { ...outcome, waitingOn: [{ type: typeOfReason(outcome.reason) ?? typeOfOpen(open) }] };
}

const reasons: readonly (readonly [RegExp, SuspendType])[] = [
  [/^Waiting for task .+ to complete$/, suspendType.TASK],
  [/^Waiting for timer .+ to fire$/, suspendType.TIMER],
  [/^Waiting for promise .+ to be resolved$/, suspendType.PROMISE],
  [/^Waiting for child workflow .+ to complete$/, suspendType.CHILD_WORKFLOW],
  [/^Waiting for signal/, suspendType.SIGNAL],
];

function typeOfReason(reason: string): SuspendType | undefined {
  return reasons.find(([pattern]) => pattern.test(reason))?.[1];
}

function typeOfOpen(open: OpenWork): SuspendType {
  const { tasks, children, promises, timers } = open.counts;
  if (tasks > 0) return suspendType.TASK;
  if (children > 0) return suspendType.CHILD_WORKFLOW;
  if (promises > 0) return suspendType.PROMISE;
  return timers > 0 ? suspendType.TIMER : suspendType.SIGNAL;
}

function conclude(open: OpenWork, turnId: string, outcome: Outcome): void {
  switch (outcome.type) {
    case 'COMPLETED':
      return open.add({ type: 'WORKFLOW_COMPLETED', turnId, output: outcome.output });
    case 'FAILED': {
      const { error, stackTrace, failureType } = outcome;
      return open.add({ type: 'WORKFLOW_FAILED', turnId, error, stackTrace, failureType });
    }
    case 'CANCELLED':
      open.cancelAll(outcome.reason);
      return open.add({ type: 'WORKFLOW_CANCELLED', turnId, reason: outcome.reason });
    case 'SUSPENDED': {
      const { reason, waitingOn } = outcome;
      return open.add({
        type: 'WORKFLOW_SUSPENDED',
        turnId,
        reason,
        suspendType: firstSuspendType(waitingOn),
        waitingOn,
      });
    }
  }
}

/** What a turn itself has brought about is as new to its code as what others did meanwhile. */
function wakesItself(open: OpenWork): boolean {
  return open.occurrences.some(({ type }) => ownWakes.has(type));
}

const ownWakes: ReadonlySet<Occurrence['type']> = new Set<Occurrence['type']>([
  'TASK_CANCELLED',
  'TIMER_FIRED',
  'PROMISE_RESOLVED',
  'WORKFLOW_CANCELLATION_REQUESTED',
]);

function isFull(execution: ExecutionView, open: OpenWork, { history }: TurnLimits): boolean {
  return execution.sequence + open.occurrences.length + 1 > history;
}

function historyFull(
  execution: ExecutionView,
  turnId: string,
  { history }: TurnLimits,
): OwnDecision<{ sequence: number }> {
  return decided({ sequence: execution.sequence + 1 }, [
    {
      type: 'WORKFLOW_FAILED',
      turnId,
      error: `history-limit: the history of execution ${execution.id} would pass ${history} events. Split the work into child workflows.`,
      stackTrace: '',
      failureType: 'HISTORY_LIMIT',
    },
  ]);
}
