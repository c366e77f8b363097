import type { SuspendType, WaitingOn } from '@flovyn/events';
import { type Json, invariant } from '@flovyn/protocol';
import type { WorkflowOccurrence } from '../occurrence.js';
import type { NewWorkflow, TurnClaim, WorkflowState } from './state.js';
import { workflowTransitions } from './transitions.js';

/** When and as which fact an occurrence was recorded. */
export interface Stamp {
  readonly now: number;
  /** The history's last number once the occurrence has been recorded. */
  readonly sequence: number;
}

/** The state after an occurrence. Pure; the state before stays as it is. */
export function evolveWorkflow(
  before: WorkflowState | undefined,
  occurrence: WorkflowOccurrence,
  stamp: Stamp,
): WorkflowState {
  if (occurrence.type === 'WORKFLOW_CREATED') {
    invariant(before === undefined, `workflow ${occurrence.workflow.id} is created once`);
    return carried(occurrence.workflow, 'PENDING', stamp.now) as WorkflowState;
  }
  invariant(before !== undefined, `${occurrence.type} happens to a workflow that exists`);
  const status = workflowTransitions[before.status][occurrence.type];
  invariant(status !== 'refused', `${occurrence.type} cannot happen to ${before.status} workflow ${before.id}`);

  switch (occurrence.type) {
    case 'WORKFLOW_CANCELLATION_REQUESTED': {
      const { reason, requestedBy } = occurrence;
      return { ...before, updatedAt: stamp.now, cancellation: { reason, requestedBy } };
    }
    case 'SIGNAL_RECEIVED':
      return { ...before, updatedAt: stamp.now, signals: (before.signals ?? 0) + 1 };
    case 'WORKFLOW_SPECULATED':
      invariant(before.status === 'RUNNING', 'only a running turn can go on speculating');
      return { ...before, claim: { ...before.claim, speculativeSequence: occurrence.sequence } };
    case 'OPERATION_COMPLETED':
    case 'STATE_SET':
    case 'STATE_CLEARED':
      // Their effect is their line in the history.
      return before;
    default:
      return become(before, status === 'same' ? before.status : status, occurrence, stamp);
  }
}

/** A fact that can make code go on was recorded: a turn that had not seen it must not end in waiting. */
export function wokenBy(workflow: WorkflowState, sequence: number): WorkflowState {
  return { ...workflow, wakeSequence: sequence };
}

type Becoming = Exclude<
  WorkflowOccurrence,
  {
    type:
      | 'WORKFLOW_CREATED'
      | 'WORKFLOW_CANCELLATION_REQUESTED'
      | 'SIGNAL_RECEIVED'
      | 'WORKFLOW_SPECULATED'
      | 'OPERATION_COMPLETED'
      | 'STATE_SET'
      | 'STATE_CLEARED';
  }
>;

/** The record in its new status. */
function become(
  before: WorkflowState,
  status: WorkflowState['status'],
  occurrence: Becoming,
  stamp: Stamp,
): WorkflowState {
  const next = carried(before, status, stamp.now);
  switch (occurrence.type) {
    case 'WORKFLOW_CLAIMED':
      next.claim = occurrence.claim;
      next.holder = occurrence.claim.sessionId;
      next.door = occurrence.claim.door;
      next.startedAt ??= stamp.now;
      break;
    case 'WORKFLOW_RELEASED':
      next.holder = undefined;
      break;
    case 'WORKFLOW_WOKEN':
    case 'WORKFLOW_REOPENED':
      break;
    case 'WORKFLOW_SUSPENDED':
      next.reason = occurrence.reason;
      next.suspendType = occurrence.suspendType;
      next.waitingOn = occurrence.waitingOn;
      next.lastTurn = { turnId: occurrence.turnId, sequence: stamp.sequence };
      break;
    case 'WORKFLOW_COMPLETED':
      next.output = occurrence.output;
      end(next, occurrence.turnId, stamp);
      break;
    case 'WORKFLOW_FAILED':
      next.error = occurrence.error;
      end(next, occurrence.turnId, stamp);
      break;
    case 'WORKFLOW_CANCELLED':
      next.reason = occurrence.reason;
      end(next, occurrence.turnId, stamp);
      break;
  }
  // The members of the new status are those that were set.
  return next as WorkflowState;
}

function end(next: Draft, turnId: string | undefined, { now, sequence }: Stamp): void {
  next.holder = undefined;
  next.cancellation = undefined;
  next.completedAt = now;
  if (turnId !== undefined) next.lastTurn = { turnId, sequence };
}

type Phase = 'status' | 'claim' | 'reason' | 'suspendType' | 'waitingOn' | 'output' | 'error' | 'completedAt';
type Carried = Omit<WorkflowState, Phase>;
/** A record under way to its new status. */
type Draft = { -readonly [Member in keyof Carried]: Carried[Member] } & {
  status: WorkflowState['status'];
  claim: TurnClaim | undefined;
  reason: string | undefined;
  suspendType: SuspendType | undefined;
  waitingOn: readonly WaitingOn[] | undefined;
  output: Json | undefined;
  error: string | undefined;
  completedAt: number | undefined;
};

/**
 * What goes on through a change of status, and room for the rest. Spelt out, and every record in the same shape: taking
 * one apart by name, or adding members one by one, costs several times what making one in a piece does, and this is done
 * for each step of every execution.
 */
function carried(workflow: NewWorkflow & Partial<Carried>, status: WorkflowState['status'], updatedAt: number): Draft {
  return {
    id: workflow.id,
    orgId: workflow.orgId,
    rootId: workflow.rootId,
    kind: workflow.kind,
    queue: workflow.queue,
    input: workflow.input,
    metadata: workflow.metadata,
    workflowVersion: workflow.workflowVersion,
    parentId: workflow.parentId,
    childName: workflow.childName,
    depth: workflow.depth,
    prioritySeconds: workflow.prioritySeconds,
    idempotencyKey: workflow.idempotencyKey,
    createdAt: workflow.createdAt,
    updatedAt,
    startedAt: workflow.startedAt,
    holder: workflow.holder,
    wakeSequence: workflow.wakeSequence ?? 0,
    lastTurn: workflow.lastTurn,
    door: workflow.door,
    cancellation: workflow.cancellation,
    signals: workflow.signals,
    status,
    claim: undefined,
    reason: undefined,
    suspendType: undefined,
    waitingOn: undefined,
    output: undefined,
    error: undefined,
    completedAt: undefined,
  };
}
