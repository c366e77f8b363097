import type { LiveView } from '@flovyn/client';
import { type SuspendType, UNRECOGNIZED, type Unrecognized, suspendType } from '@flovyn/events';
import type { TaskExecution, WorkflowExecution } from './executions.js';

/*
 * From what a stream has told to the fields of what REST answered. The merge drops a patch whose position is older than
 * the row's own, as while a page replays what has long happened.
 */

/** A row of an execution after its stream told `live`. */
export function patchWorkflow(row: WorkflowExecution, live: LiveView): WorkflowExecution {
  const { asOf, status } = live;
  if (asOf === undefined || !isWorkflowStatus(status)) return row;
  return {
    ...row,
    asOf,
    status,
    error: live.error ?? null,
    suspendType: live.suspendType && known(live.suspendType),
    waitingOn: live.waitingOn.map((wait) => ({ ...wait, type: known(wait.type) })),
  };
}

/** A row of a standalone task after its stream told `live`. */
export function patchTask(row: TaskExecution, live: LiveView): TaskExecution {
  const { asOf } = live;
  const task = live.tasks.get(row.id);
  if (asOf === undefined || task?.status === undefined || task.status === UNRECOGNIZED) return row;
  return {
    ...row,
    asOf,
    status: task.status,
    error: task.error ?? null,
    executionCount: task.attempt,
    progress: task.progress ?? null,
    progressDetails: task.progressDetails ?? null,
  };
}

function isWorkflowStatus(status: LiveView['status']): status is WorkflowExecution['status'] {
  return status !== undefined && status !== UNRECOGNIZED;
}

function known(type: SuspendType | Unrecognized): SuspendType {
  return type === UNRECOGNIZED ? suspendType.UNSPECIFIED : type;
}
