import type { CommitBatch, TimerRef } from '@flovyn/engine';
import { invariant } from '@flovyn/protocol';
import { type Call, type Statement, call } from '../lane/statement.js';
import { deleteExecutions, insertExecutions, setTags, tagsOf, updateExecutions } from './execution.js';
import { type PlacedRun, beginFamilies, numberFamilies } from './family.js';
import { insertEntries, insertHistory } from './log.js';
import { insertAttempts, insertLogs, insertTasks, signTasks, updateTasks } from './task.js';
import { insertWaits, updateWaits } from './wait.js';
import {
  deleteBelongings,
  deleteDue,
  deleteKeys,
  deleteReady,
  deleteTimers,
  insertDue,
  insertKeys,
  insertReady,
  insertTimers,
} from './work.js';

const doNotWaitForDisk: Statement = {
  name: 'do_not_wait_for_disk',
  sql: `select set_config('synchronous_commit', 'off', true)`,
  columns: [],
};

/** Everything `commitCalls` may call. */
export const commitStatements: readonly Statement[] = [
  doNotWaitForDisk,
  insertExecutions,
  updateExecutions,
  setTags,
  deleteExecutions,
  insertHistory,
  insertEntries,
  insertTasks,
  updateTasks,
  signTasks,
  insertWaits,
  updateWaits,
  insertAttempts,
  insertLogs,
  deleteReady,
  insertReady,
  deleteTimers,
  insertTimers,
  deleteDue,
  insertDue,
  deleteKeys,
  insertKeys,
  ...deleteBelongings,
  beginFamilies,
  numberFamilies,
];

/**
 * A batch as statements. Two writers must never wait for each other in a ring: so tables are always met in this order, and
 * the rows of one statement in the order of their ids. (Unsorted, three writers with overlapping batches stood still for
 * the deadlock timeout at every batch.)
 */
export function commitCalls(batch: CommitBatch): readonly Call[] {
  const written = new Set<string>(batch.executions.map((write) => write.id));
  invariant(
    [...batch.tasks, ...batch.waits].every((write) => written.has(write.executionId)),
    'a task or a wait is written together with its execution',
  );
  const calls: Call[] = [];
  const add = <Row>(statement: Statement<Row>, rows: readonly Row[]): void => {
    if (rows.length > 0) calls.push(call(statement, rows));
  };

  if (batch.durability === 'output') calls.push(call(doNotWaitForDisk, []));
  const executions = sorted(batch.executions, (write) => write.id);
  const created = executions.filter((write) => write.expectedVersion === undefined);
  add(insertExecutions, created);
  add(
    updateExecutions,
    executions.filter((write) => write.expectedVersion !== undefined),
  );
  add(setTags, created.flatMap(tagsOf));
  const removed = sorted(batch.deleted, (removal) => removal.id);
  add(deleteExecutions, removed);
  add(
    insertHistory,
    sorted(batch.history, (row) => row.executionId),
  );
  add(
    insertEntries,
    sorted(batch.entries, (entry) => entry.executionId),
  );
  const tasks = sorted(batch.tasks, (write) => write.task.id);
  add(
    insertTasks,
    tasks.filter((write) => write.isNew),
  );
  add(
    updateTasks,
    tasks.filter((write) => !write.isNew),
  );
  add(
    signTasks,
    sorted(batch.signs, (sign) => sign.taskId),
  );
  const waits = sorted(batch.waits, ({ executionId, wait }) => `${executionId} ${wait.type} ${wait.key}`);
  add(
    insertWaits,
    waits.filter((write) => write.isNew),
  );
  add(
    updateWaits,
    waits.filter((write) => !write.isNew),
  );
  add(
    insertAttempts,
    sorted(batch.attempts, (attempt) => attempt.taskId),
  );
  add(insertLogs, batch.logs);
  add(deleteReady, batch.ready.remove.toSorted());
  add(
    insertReady,
    sorted(batch.ready.add, (work) => work.id),
  );
  const over = sorted(batch.timers.remove, timerName);
  const due = sorted(batch.timers.set, timerName);
  add(deleteTimers, over.filter(isPutOff));
  add(insertTimers, due.filter(isPutOff));
  add(
    deleteDue,
    over.filter((timer) => !isPutOff(timer)),
  );
  add(
    insertDue,
    due.filter((timer) => !isPutOff(timer)),
  );
  add(
    deleteKeys,
    sorted(batch.keys.remove, (key) => `${key.orgId}${key.key}`),
  );
  add(
    insertKeys,
    sorted(batch.keys.add, (key) => `${key.orgId}${key.key}`),
  );
  for (const statement of deleteBelongings)
    add(
      statement,
      removed.map((removal) => removal.id),
    );
  // Last, because other processes that write for the same family wait from here on.
  add(
    beginFamilies,
    sorted(batch.families.begun, (beginning) => beginning.rootId),
  );
  add(numberFamilies, batch.families.runs.map(placed));
  return calls;
}

function placed(run: CommitBatch['families']['runs'][number], place: number): PlacedRun {
  return { ...run, place };
}

/** The timers of tasks that were put off have a table of their own. */
function isPutOff({ type }: TimerRef): boolean {
  return type === 'task';
}

function timerName({ executionId, type, id }: TimerRef): string {
  return `${executionId} ${type} ${id}`;
}

/** Keeps the order of rows with the same id. Most batches arrive in order; looking first spares them the sorting. */
function sorted<Row>(rows: readonly Row[], id: (row: Row) => string): readonly Row[] {
  const inOrder = rows.every((row, index) => index === 0 || id(rows[index - 1] as Row) <= id(row));
  return inOrder ? rows : rows.toSorted((a, b) => (id(a) < id(b) ? -1 : id(a) > id(b) ? 1 : 0));
}
