import { type LiveView, type StreamEntry, type TaskView, emptyLiveView, foldLiveView } from '@flovyn/client';
import {
  type SuspendType,
  UNRECOGNIZED,
  type Unrecognized,
  formatCursor,
  parseExecutionId,
  suspendType,
} from '@flovyn/events';
import type { Execution, ExecutionTarget, TaskExecution, WorkflowExecution } from './executions.js';
import { isOlder } from './merge.js';

/*
 * From what a stream has told to the fields of what REST answered. The merge drops a patch whose position is older than
 * the row's own, as while a page replays what has long happened.
 */

/** A row after its own stream told `view`. */
export function afterView(type: ExecutionTarget['type'], row: Execution, view: LiveView): Execution {
  return type === 'workflow'
    ? afterWorkflowView(row as WorkflowExecution, view)
    : afterTaskView(row as TaskExecution, view);
}

/**
 * A row after an entry about it, wherever the entry came from: the same fold as everywhere, begun with what the row says.
 * An entry the row has heard of already changes nothing.
 */
export function afterEntry(type: ExecutionTarget['type'], row: Execution, { frame }: StreamEntry): Execution {
  const id = formatCursor(frame);
  if (isOlder(id, row.asOf)) return row;
  const seen = type === 'workflow' ? viewOfWorkflow(row as WorkflowExecution) : viewOfTask(row as TaskExecution);
  const after = afterView(type, row, foldLiveView(seen, { kind: 'entry', frame, id }));
  return frame.event.type === 'Event' ? withTimes(after, frame.event.event, frame.event.timestampMs) : after;
}

/** Whose row an entry changes; nobody's for what a task of a workflow does. */
export function targetOf({ frame }: StreamEntry): ExecutionTarget | undefined {
  const { event, executionId: id } = frame;
  if (event.type !== 'Event') return frame.taskExecutionId === (id as string) ? { type: 'task', id } : undefined;
  const { data } = event;
  if ('targetType' in data) {
    return data.targetId === id ? { type: data.targetType === 'task' ? 'task' : 'workflow', id } : undefined;
  }
  if ('executionCount' in data) return data.id === id ? { type: 'task', id } : undefined;
  return { type: 'workflow', id };
}

function afterWorkflowView(row: WorkflowExecution, { asOf, status, error, ...live }: LiveView): WorkflowExecution {
  if (asOf === undefined || !isWorkflowStatus(status)) return row;
  return {
    ...row,
    asOf,
    status,
    error: error ?? null,
    suspendType: live.suspendType && known(live.suspendType),
    waitingOn: live.waitingOn.map((wait) => ({ ...wait, type: known(wait.type) })),
  };
}

function afterTaskView(row: TaskExecution, { asOf, tasks }: LiveView): TaskExecution {
  const task = tasks.get(row.id);
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

function viewOfWorkflow({ id, status, error, suspendType, waitingOn }: WorkflowExecution): LiveView {
  return {
    ...emptyLiveView,
    executionId: parseExecutionId(id),
    status,
    error: error ?? undefined,
    suspendType: suspendType ?? undefined,
    waitingOn: waitingOn ?? [],
  };
}

function viewOfTask(row: TaskExecution): LiveView {
  const { id, kind, status, maxRetries, executionCount: attempt } = row;
  const task: TaskView = {
    id,
    kind,
    status,
    attempt,
    maxRetries,
    error: row.error ?? undefined,
    failedAttempts: [],
    text: '',
    progress: row.progress ?? undefined,
    progressDetails: row.progressDetails ?? undefined,
    errors: [],
    dataCount: 0,
  };
  return { ...emptyLiveView, executionId: parseExecutionId(id), tasks: new Map([[id, task]]) };
}

const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** The times that news stand for, where no answer has told them. */
function withTimes(row: Execution, event: string, atMs: number): Execution {
  const at = new Date(atMs).toISOString();
  if (ENDED.has(row.status)) return row.completedAt == null ? { ...row, completedAt: at } : row;
  const open = row.completedAt == null ? row : { ...row, completedAt: null };
  return event.endsWith('_STARTED') && open.startedAt == null ? { ...open, startedAt: at } : open;
}

function isWorkflowStatus(status: LiveView['status']): status is WorkflowExecution['status'] {
  return status !== undefined && status !== UNRECOGNIZED;
}

function known(type: SuspendType | Unrecognized): SuspendType {
  return type === UNRECOGNIZED ? suspendType.UNSPECIFIED : type;
}
