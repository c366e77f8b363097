import type { Change } from './change.js';
import { decideCancellation } from './execution/cancel.js';
import { decideChildEnded, decideChildStarted, newChild } from './execution/children.js';
import { decideSignal } from './execution/signal.js';
import type { WorkflowState } from './execution/state.js';
import type { Occurrence } from './occurrence.js';

/**
 * What an occurrence means for another execution, as a change of that one in the same transaction; `undefined` where it
 * means nothing to others. Total over the occurrences, like `announce`: no end of a child can be kept from its parent,
 * whatever brought it about.
 */
export function forward(
  before: WorkflowState | undefined,
  occurrence: Occurrence,
  after: WorkflowState | undefined,
): Change<unknown> | undefined {
  if (after === undefined) return undefined;
  const { orgId } = after;
  switch (occurrence.type) {
    case 'WORKFLOW_CLAIMED':
      return before?.startedAt === undefined && after.parentId !== undefined
        ? { id: after.parentId, orgId, decide: ({ execution }) => decideChildStarted(execution, after) }
        : undefined;
    case 'WORKFLOW_COMPLETED':
    case 'WORKFLOW_FAILED':
    case 'WORKFLOW_CANCELLED':
      return after.parentId === undefined
        ? undefined
        : { id: after.parentId, orgId, decide: ({ execution }) => decideChildEnded(execution, after) };
    case 'CHILD_INITIATED':
      return newChild(after, occurrence);
    case 'CHILD_CANCELLATION_REQUESTED':
      return {
        id: occurrence.childId,
        orgId,
        decide: (circumstances) =>
          decideCancellation(circumstances, { reason: occurrence.reason, requestedBy: `workflow:${after.id}` }),
      };
    case 'CHILD_SIGNALLED':
      if (occurrence.missed === true) return undefined;
      return {
        id: occurrence.childId,
        orgId,
        decide: (circumstances) => decideSignal(circumstances, occurrence.childId, occurrence),
      };
    case 'WORKFLOW_CREATED':
    case 'WORKFLOW_SPECULATED':
    case 'WORKFLOW_RELEASED':
    case 'WORKFLOW_WOKEN':
    case 'WORKFLOW_SUSPENDED':
    case 'WORKFLOW_CANCELLATION_REQUESTED':
    case 'WORKFLOW_REOPENED':
    case 'SIGNAL_RECEIVED':
    case 'OPERATION_COMPLETED':
    case 'STATE_SET':
    case 'STATE_CLEARED':
    case 'TASK_CREATED':
    case 'TASK_DUE':
    case 'TASK_CLAIMED':
    case 'TASK_ATTEMPT_FAILED':
    case 'TASK_COMPLETED':
    case 'TASK_FAILED':
    case 'TASK_CANCELLED':
    case 'TASK_REOPENED':
    case 'TASK_END_REPORTED':
    case 'TASK_OUTPUT':
    case 'TASK_LOGGED':
    case 'TASK_HEARTBEAT':
    case 'TIMER_STARTED':
    case 'TIMER_FIRED':
    case 'TIMER_CANCELLED':
    case 'PROMISE_CREATED':
    case 'PROMISE_RESOLVED':
    case 'PROMISE_REJECTED':
    case 'PROMISE_TIMED_OUT':
    case 'CHILD_STARTED':
    case 'CHILD_COMPLETED':
    case 'CHILD_FAILED':
    case 'CHILD_CANCELLATION_FAILED':
      return undefined;
  }
}
