import { invariant } from '@flovyn/protocol';
import type { WorkflowOccurrence } from '../occurrence.js';
import type { WorkflowState } from './state.js';
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
    return { ...occurrence.workflow, status: 'PENDING', updatedAt: stamp.now, wakeSequence: 0 };
  }
  invariant(before !== undefined, `${occurrence.type} happens to a workflow that exists`);
  const next = workflowTransitions[before.status][occurrence.type];
  invariant(next !== 'refused', `${occurrence.type} cannot happen to ${before.status} workflow ${before.id}`);

  switch (occurrence.type) {
    case 'WORKFLOW_CLAIMED':
      return {
        ...carried(before),
        status: 'RUNNING',
        claim: occurrence.claim,
        holder: occurrence.claim.sessionId,
        startedAt: before.startedAt ?? stamp.now,
        updatedAt: stamp.now,
      };
    case 'WORKFLOW_SPECULATED':
      invariant(before.status === 'RUNNING', 'only a running turn can go on speculating');
      return { ...before, claim: { ...before.claim, speculativeSequence: occurrence.sequence } };
    case 'WORKFLOW_RELEASED':
      return { ...carried(before), holder: undefined, status: 'PENDING', updatedAt: stamp.now };
    case 'WORKFLOW_WOKEN':
      return { ...carried(before), status: 'PENDING', updatedAt: stamp.now };
    case 'WORKFLOW_SUSPENDED':
      return {
        ...carried(before),
        status: 'WAITING',
        reason: occurrence.reason,
        suspendType: occurrence.suspendType,
        waitingOn: occurrence.waitingOn,
        updatedAt: stamp.now,
        lastTurn: { turnId: occurrence.turnId, sequence: stamp.sequence },
      };
    case 'WORKFLOW_COMPLETED':
      return { ...ended(before, occurrence.turnId, stamp), status: 'COMPLETED', output: occurrence.output };
    case 'WORKFLOW_FAILED':
      return { ...ended(before, occurrence.turnId, stamp), status: 'FAILED', error: occurrence.error };
    case 'WORKFLOW_CANCELLED':
      return { ...ended(before, occurrence.turnId, stamp), status: 'CANCELLED', reason: occurrence.reason };
    case 'OPERATION_COMPLETED':
    case 'STATE_SET':
    case 'STATE_CLEARED':
      // Their effect is their line in the history.
      return before;
  }
}

/** A fact that can make code go on was recorded: a turn that had not seen it must not end in waiting. */
export function wokenBy(workflow: WorkflowState, sequence: number): WorkflowState {
  return { ...workflow, wakeSequence: sequence };
}

type Phase = 'status' | 'claim' | 'reason' | 'suspendType' | 'waitingOn' | 'output' | 'error' | 'completedAt';
type Carried = Omit<WorkflowState, Phase>;

/**
 * What goes on through a change of status. Spelt out, because taking a record apart by name costs several times what
 * making one does, and this is done for each step of every execution.
 */
function carried(workflow: WorkflowState): Carried {
  const { id, orgId, rootId, kind, queue, input, metadata, workflowVersion, parentId, prioritySeconds } = workflow;
  const { idempotencyKey, createdAt, updatedAt, startedAt, holder, wakeSequence, lastTurn } = workflow;
  return {
    id,
    orgId,
    rootId,
    kind,
    queue,
    input,
    metadata,
    workflowVersion,
    parentId,
    prioritySeconds,
    idempotencyKey,
    createdAt,
    updatedAt,
    startedAt,
    holder,
    wakeSequence,
    lastTurn,
  };
}

function ended(workflow: WorkflowState, turnId: string, stamp: Stamp): Carried & { completedAt: number } {
  return {
    ...carried(workflow),
    holder: undefined,
    updatedAt: stamp.now,
    completedAt: stamp.now,
    lastTurn: { turnId, sequence: stamp.sequence },
  };
}
