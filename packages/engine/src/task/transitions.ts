import type { TaskOccurrence } from '../occurrence.js';
import type { TaskState } from './state.js';

type Status = TaskState['status'];
type Happening = Exclude<TaskOccurrence['type'], 'TASK_CREATED'>;

/** The whole lifecycle of a task. `same` leaves the status as it is; `refused` cannot happen. */
export const taskTransitions: Record<Status, Record<Happening, Status | 'same' | 'refused'>> = {
  PENDING: {
    TASK_DUE: 'same',
    TASK_CLAIMED: 'RUNNING',
    TASK_ATTEMPT_FAILED: 'refused',
    TASK_COMPLETED: 'refused',
    TASK_FAILED: 'FAILED',
    TASK_CANCELLED: 'CANCELLED',
    TASK_REOPENED: 'refused',
    TASK_END_REPORTED: 'refused',
    TASK_OUTPUT: 'refused',
    TASK_LOGGED: 'same',
    TASK_HEARTBEAT: 'refused',
  },
  RUNNING: {
    TASK_DUE: 'refused',
    TASK_CLAIMED: 'refused',
    TASK_ATTEMPT_FAILED: 'PENDING',
    TASK_COMPLETED: 'COMPLETED',
    TASK_FAILED: 'FAILED',
    TASK_CANCELLED: 'CANCELLED',
    TASK_REOPENED: 'refused',
    TASK_END_REPORTED: 'refused',
    TASK_OUTPUT: 'same',
    TASK_LOGGED: 'same',
    TASK_HEARTBEAT: 'same',
  },
  COMPLETED: closed('refused'),
  FAILED: closed('PENDING'),
  CANCELLED: closed('refused'),
};

function closed(reopened: 'PENDING' | 'refused'): Record<Happening, Status | 'same' | 'refused'> {
  return {
    TASK_DUE: 'refused',
    TASK_CLAIMED: 'refused',
    TASK_ATTEMPT_FAILED: 'refused',
    TASK_COMPLETED: 'refused',
    TASK_FAILED: 'refused',
    TASK_CANCELLED: 'refused',
    TASK_REOPENED: reopened,
    TASK_END_REPORTED: 'same',
    TASK_OUTPUT: 'refused',
    TASK_LOGGED: 'same',
    TASK_HEARTBEAT: 'refused',
  };
}
