import type { Occurrence } from '../occurrence.js';
import type { ExecutionView } from './view.js';

/** Something happened that waiting code may be waiting for: what waits goes on; what runs will see it in its history. */
export function waking(execution: ExecutionView | undefined): readonly Occurrence[] {
  return execution?.workflow?.status === 'WAITING' ? [{ type: 'WORKFLOW_WOKEN' }] : [];
}
