import type { Loaded, TaskState, Wanted } from '@flovyn/engine';
import type { Lane } from './lane/lane.js';
import { type Call, call } from './lane/statement.js';
import { toKey, toLoadedExecution, toTask } from './rows.js';
import {
  begin,
  beginSnapshot,
  commitTransaction,
  lockExecutions,
  selectExecutions,
  selectHeads,
  selectKeys,
  selectOpenTasks,
  selectOutputHeads,
  selectTasks,
} from './statements/load.js';
import { type TextRow, maybeNumber, number, text } from './text-row.js';

/** Reads executions for deciding, in one round trip. With `lock`, leaves the transaction open that holds them. */
export async function load(lane: Lane, wanted: readonly Wanted[], lock: boolean): Promise<Loaded> {
  const ids = wanted.map((one) => one.id).toSorted();
  const opening: Call[] = lock ? [call(begin, []), call(lockExecutions, ids)] : [call(beginSnapshot, [])];
  const closing: Call[] = lock ? [] : [call(commitTransaction, [])];
  const answers = await lane.read(`Reading ${ids.length} executions`, [
    ...opening,
    call(selectExecutions, ids),
    call(selectHeads, ids),
    call(selectOpenTasks, ids),
    call(
      selectTasks,
      wanted.flatMap((one) => one.taskIds),
    ),
    call(selectOutputHeads, ids),
    call(
      selectKeys,
      wanted.flatMap((one) => one.keys),
    ),
    ...closing,
  ]);
  const [executions = [], heads = [], open = [], named = [], outputs = [], keys = []] = answers.slice(opening.length);

  const entriesOf = new Map(outputs.map((row) => [attemptKey(row, 'task_id', 'attempt'), number(row, 'entries')]));
  const seqOf = new Map(heads.map((row) => [text(row, 'id'), maybeNumber(row, 'seq') ?? 0]));
  const tasksOf = new Map<string, Map<string, TaskState>>();
  for (const row of [...open, ...named]) {
    const executionId = text(row, 'execution_id');
    const tasks = tasksOf.get(executionId) ?? new Map<string, TaskState>();
    tasks.set(text(row, 'id'), toTask(row, entriesOf.get(attemptKey(row, 'id', 'execution_count')) ?? 0));
    tasksOf.set(executionId, tasks);
  }
  return {
    executions: executions.map((row) => {
      const id = text(row, 'id');
      return toLoadedExecution(row, seqOf.get(id) ?? 0, [...(tasksOf.get(id)?.values() ?? [])]);
    }),
    keys: keys.map(toKey),
    life: lane.life,
  };
}

function attemptKey(row: TextRow, task: string, attempt: string): string {
  return `${text(row, task)} ${text(row, attempt)}`;
}
