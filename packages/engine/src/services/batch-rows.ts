import { isTerminalWorkflow } from '../execution/state.js';
import type { Execution } from '../execution/view.js';
import type { TaskId } from '../ids.js';
import type { CommitBatch, DueTimer, ReadyWork, TaskSign, TimerRef } from '../ports/store.js';
import { type TaskState, isOpenTask } from '../task/state.js';
import { type Wait, dueAtOf } from '../wait/state.js';

/** What one execution was when the batch first touched it, and what of it has moved. */
export interface Draft {
  readonly execution: Execution;
  readonly expectedVersion: number | undefined;
  readonly workflowReady: boolean;
  /** Whether its workflow had ended: then nothing of it was due. */
  readonly wasOver: boolean;
  /** For each task that moved: whether it was stored, and how it was waiting. */
  readonly tasks: Map<
    TaskId,
    { readonly stored: boolean; readonly ready: boolean; readonly due: boolean; readonly deadline: boolean }
  >;
  /** For each wait that moved, by name: what it was. */
  readonly waits: Map<string, Wait | undefined>;
  /** Tasks of which only signs of life were seen. */
  readonly signs: Map<TaskId, TaskSign>;
  moved: boolean;
  removed: boolean;
}

/** Rows being gathered from the drafts. */
export interface Building {
  executions: CommitBatch['executions'][number][];
  tasks: CommitBatch['tasks'][number][];
  waits: CommitBatch['waits'][number][];
  signs: TaskSign[];
  ready: { add: ReadyWork[]; remove: string[] };
  timers: { set: DueTimer[]; remove: TimerRef[] };
  deleted: CommitBatch['deleted'][number][];
}

/**
 * Adds the rows of one execution. The queueing rows (ready work, timers) follow from what each record was before the batch
 * and is after it.
 */
export function buildDraft(draft: Draft, batch: Building, stamp: string): void {
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
    setTimer(
      batch,
      execution,
      { type: 'task', id },
      !draft.removed && isDue(task) ? task.dueAt : undefined,
      before.due,
    );
    const deadline = draft.removed ? undefined : deadlineOf(task);
    if (deadline === undefined || !before.deadline) {
      setTimer(batch, execution, { type: 'deadline', id }, deadline, before.deadline);
    }
    if (!draft.removed) batch.tasks.push({ executionId: execution.id, isNew: !before.stored, task });
  }
  buildWaits(draft, batch);
  if (draft.removed) {
    batch.deleted.push({ id: execution.id, expectedVersion: draft.expectedVersion ?? 0 });
    for (const task of execution.tasks.values()) {
      batch.ready.remove.push(task.id);
      const { id: executionId } = execution;
      for (const type of ['task', 'deadline'] as const) batch.timers.remove.push({ executionId, type, id: task.id });
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
    life: execution.life,
    stamp,
    workflow,
  });
}

/** A workflow that has ended has nothing due; one that was opened again has everything due that it had. */
function buildWaits({ execution, waits, wasOver }: Draft, batch: Building): void {
  const isOver = execution.workflow !== undefined && isTerminalWorkflow(execution.workflow);
  const names = wasOver === isOver ? waits.keys() : execution.waits.keys();
  for (const name of names) {
    const wait = execution.waits.get(name);
    if (wait === undefined) continue;
    const before = waits.has(name) ? waits.get(name) : wait;
    if (waits.has(name)) {
      const { id: executionId, orgId } = execution;
      batch.waits.push({ executionId, orgId, isNew: before === undefined, wait });
    }
    const wasDue = !wasOver && before !== undefined && dueAtOf(before) !== undefined;
    const dueAt = isOver ? undefined : dueAtOf(wait);
    if (wait.type !== 'child' && (dueAt !== undefined) !== wasDue) {
      setTimer(batch, execution, { type: wait.type, id: wait.key }, dueAt, wasDue);
    }
  }
}

function setTimer(
  batch: Building,
  { id: executionId, orgId }: Execution,
  timer: Omit<TimerRef, 'executionId'>,
  dueAt: number | undefined,
  wasSet: boolean,
): void {
  if (dueAt !== undefined) batch.timers.set.push({ ...timer, executionId, orgId, dueAt });
  else if (wasSet) batch.timers.remove.push({ ...timer, executionId });
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

/** When an open task's time is over, if it is limited. */
export function deadlineOf(task: TaskState | undefined): number | undefined {
  if (task?.timeoutMs === undefined || !isOpenTask(task)) return undefined;
  return task.createdAt + task.timeoutMs;
}
