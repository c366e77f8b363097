import type { WorkflowOccurrence } from '../occurrence.js';
import type { WorkflowState } from './state.js';

type Status = WorkflowState['status'];
type Happening = Exclude<WorkflowOccurrence['type'], 'WORKFLOW_CREATED'>;

/**
 * The whole lifecycle of a workflow execution. `same` leaves the status as it is; `refused` cannot happen: whoever
 * decides has to answer with an error before.
 */
export const workflowTransitions: Record<Status, Record<Happening, Status | 'same' | 'refused'>> = {
  PENDING: row('refused', {
    WORKFLOW_CLAIMED: 'RUNNING',
    WORKFLOW_CANCELLED: 'CANCELLED',
    WORKFLOW_CANCELLATION_REQUESTED: 'same',
    SIGNAL_RECEIVED: 'same',
  }),
  RUNNING: row('same', {
    WORKFLOW_CLAIMED: 'RUNNING',
    WORKFLOW_RELEASED: 'PENDING',
    WORKFLOW_WOKEN: 'refused',
    WORKFLOW_REOPENED: 'refused',
    WORKFLOW_SUSPENDED: 'WAITING',
    WORKFLOW_COMPLETED: 'COMPLETED',
    WORKFLOW_FAILED: 'FAILED',
    WORKFLOW_CANCELLED: 'CANCELLED',
  }),
  WAITING: row('refused', {
    WORKFLOW_WOKEN: 'PENDING',
    WORKFLOW_CANCELLED: 'CANCELLED',
    WORKFLOW_CANCELLATION_REQUESTED: 'same',
    SIGNAL_RECEIVED: 'same',
  }),
  COMPLETED: row('refused', {}),
  FAILED: row('refused', { WORKFLOW_REOPENED: 'PENDING' }),
  CANCELLED: row('refused', {}),
};

function row(
  otherwise: 'same' | 'refused',
  cells: Partial<Record<Happening, Status | 'same' | 'refused'>>,
): Record<Happening, Status | 'same' | 'refused'> {
  return {
    WORKFLOW_CLAIMED: otherwise,
    WORKFLOW_SPECULATED: otherwise,
    WORKFLOW_RELEASED: otherwise,
    WORKFLOW_WOKEN: otherwise,
    WORKFLOW_SUSPENDED: otherwise,
    WORKFLOW_COMPLETED: otherwise,
    WORKFLOW_FAILED: otherwise,
    WORKFLOW_CANCELLED: otherwise,
    WORKFLOW_CANCELLATION_REQUESTED: otherwise,
    WORKFLOW_REOPENED: otherwise,
    SIGNAL_RECEIVED: otherwise,
    OPERATION_COMPLETED: otherwise,
    STATE_SET: otherwise,
    STATE_CLEARED: otherwise,
    ...cells,
  };
}
