import { ServiceError } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decided } from '../decision.js';
import type { Occurrence } from '../occurrence.js';
import { OpenWork } from './open-work.js';
import { type WorkflowState, isTerminalWorkflow } from './state.js';
import type { ExecutionView } from './view.js';
import { waking } from './waking.js';

export interface Cancellation {
  readonly reason: string;
  readonly requestedBy: string;
}

/**
 * The wish that an execution stop. Code that runs in a session worker hears of it and ends as it decides. Other workers
 * have no ear for it: what they do not hold at the moment ends at once, what they run ends when they give it back. What
 * never began ends at once too.
 */
export function decideCancellation(
  { execution }: Pick<Circumstances, 'execution'>,
  { reason, requestedBy }: Cancellation,
): OwnDecision<void> {
  const workflow = execution?.workflow;
  // Asked of a child that its parent knew to exist; callers from outside are answered before.
  if (execution === undefined || workflow === undefined || isTerminalWorkflow(workflow)) return decided(undefined);
  // The first wish counts.
  if (workflow.cancellation !== undefined) return decided(undefined);
  const requested: Occurrence = { type: 'WORKFLOW_CANCELLATION_REQUESTED', reason, requestedBy };
  if (endsAtOnce(workflow)) return decided(undefined, [requested, ...cancelled(execution, reason)]);
  return decided(undefined, [requested, ...waking(execution)]);
}

/** The same wish from outside, where an execution that has ended is a mistake of the caller. */
export function decideCancelRequest(circumstances: Circumstances, cancellation: Cancellation): OwnDecision<void> {
  const workflow = circumstances.execution?.workflow;
  if (workflow !== undefined && isTerminalWorkflow(workflow)) {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Execution ${workflow.id} is ${workflow.status} already and cannot be cancelled.`,
    );
  }
  return decideCancellation(circumstances, cancellation);
}

function endsAtOnce(workflow: WorkflowState): boolean {
  return workflow.startedAt === undefined || (workflow.door === 'unary' && workflow.status !== 'RUNNING');
}

/** The end of a cancelled execution: what is open is cancelled before it, in the order in which it was opened. */
export function cancelled(execution: ExecutionView, reason: string): readonly Occurrence[] {
  const open = new OpenWork(execution);
  open.cancelAll(reason);
  return [...open.occurrences, { type: 'WORKFLOW_CANCELLED', reason }];
}
