import type { Execution } from '../execution/view.js';
import type { TaskId } from '../ids.js';
import type { CommitBatch, DueTimer, ReadyWork, TaskSign } from '../ports/store.js';
import type { TaskState } from '../task/state.js';

/** What one execution was when the batch first touched it, and what of it has moved. */
export interface Draft {
  readonly execution: Execution;
  readonly expectedVersion: number | undefined;
  readonly workflowReady: boolean;
  /** For each task that moved: whether it was stored, and how it was waiting. */
  readonly tasks: Map<TaskId, { readonly stored: boolean; readonly ready: boolean; readonly due: boolean }>;
  /** Tasks of which only signs of life were seen. */
  readonly signs: Map<TaskId, TaskSign>;
  moved: boolean;
  removed: boolean;
}

/** Rows being gathered from the drafts. */
export interface Building {
  executions: CommitBatch['executions'][number][];
  tasks: CommitBatch['tasks'][number][];
  signs: TaskSign[];
  ready: { add: ReadyWork[]; remove: string[] };
  timers: { set: DueTimer[]; remove: string[] };
  deleted: CommitBatch['deleted'][number][];
}

/**
 * Adds the rows of one execution. The queueing rows (ready work, timers) follow from what each record was before the batch
 * and is after it.
 */
export function buildDraft(draft: Draft, batch: Building): void {
  const { execution } = draft;
  for (const [id, sign] of draft.signs) if (!draft.tasks.has(id)) batch.signs.push(sign);
  if (!draft.moved && !draft.removed) return;

  const { workflow } = execution;
  if (workflow !== undefined) {
    const ready = !draft.removed && workflow.status === 'PENDING';
    if (ready && !draft.workflowReady) batch.ready.add.push(readyWorkflow(execution));
    if (!ready && draft.workflowReady) batch.ready.remove.push(execution.id);
  }
  for (const [id, before] of draft.tasks) {
    const task = execution.tasks.get(id);
    if (task === undefined) continue;
    const ready = !draft.removed && isReady(task);
    if (ready && !before.ready) batch.ready.add.push(readyTask(execution, task));
    if (!ready && before.ready) batch.ready.remove.push(id);
    const due = !draft.removed && isDue(task) ? task.dueAt : undefined;
    if (due !== undefined) batch.timers.set.push({ id, executionId: execution.id, orgId: execution.orgId, dueAt: due });
    else if (before.due) batch.timers.remove.push(id);
    if (!draft.removed) batch.tasks.push({ executionId: execution.id, isNew: !before.stored, task });
  }
  if (draft.removed) {
    batch.deleted.push({ id: execution.id, expectedVersion: draft.expectedVersion ?? 0 });
    for (const task of execution.tasks.values()) {
      batch.ready.remove.push(task.id);
      batch.timers.remove.push(task.id);
    }
    return;
  }
  execution.version += 1;
  batch.executions.push({
    id: execution.id,
    orgId: execution.orgId,
    rootId: execution.rootId,
    expectedVersion: draft.expectedVersion,
    version: execution.version,
    sequence: execution.sequence,
    epoch: execution.epoch,
    epochBase: execution.epochBase,
    life: execution.life,
    workflow,
  });
}

function readyWorkflow(execution: Execution): ReadyWork {
  const { workflow } = execution;
  return {
    id: execution.id,
    type: 'workflow',
    executionId: execution.id,
    orgId: execution.orgId,
    queue: workflow?.queue ?? '',
    kind: workflow?.kind ?? '',
    score: (workflow?.createdAt ?? 0) - (workflow?.prioritySeconds ?? 0) * 1000,
  };
}

function readyTask(execution: Execution, task: TaskState): ReadyWork {
  return {
    id: task.id,
    type: 'task',
    executionId: execution.id,
    orgId: execution.orgId,
    queue: task.queue,
    kind: task.kind,
    score: task.createdAt - task.prioritySeconds * 1000,
  };
}

/** Whether a worker could have the task now. */
export function isReady(task: TaskState | undefined): boolean {
  return task?.status === 'PENDING' && task.dueAt === undefined;
}

/** Whether the task is put off. */
export function isDue(task: TaskState | undefined): task is TaskState & { status: 'PENDING'; dueAt: number } {
  return task?.status === 'PENDING' && task.dueAt !== undefined;
}
