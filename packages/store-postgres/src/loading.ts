import { type Loaded, type TaskId, type TaskState, type Wait, type Wanted, waitName } from '@flovyn/engine';
import type { Lane } from './lane/lane.js';
import { type Call, type Statement, call } from './lane/statement.js';
import { toKey, toLoadedExecution, toTask, toWait } from './rows.js';
import {
  begin,
  beginSnapshot,
  commitTransaction,
  lockExecutions,
  selectExecutions,
  selectHeads,
  selectKeys,
  selectOpenTasks,
  selectOpenWaits,
  selectOutputHeads,
  selectTasks,
  selectWaits,
} from './statements/load.js';
import { type TextRow, maybeNumber, number, text } from './text-row.js';

/** Reads executions for deciding, in one round trip. With `lock`, leaves the transaction open that holds them. */
export async function load(lane: Lane, wanted: readonly Wanted[], lock: boolean): Promise<Loaded> {
  const ids = wanted.map((one) => one.id).toSorted();
  const reads = [
    call(selectExecutions, ids),
    call(selectHeads, ids),
    call(selectOpenTasks, ids),
    call(
      selectTasks,
      wanted.flatMap((one) => one.taskIds),
    ),
    call(selectOutputHeads, ids),
    call(selectOpenWaits, ids),
    call(
      selectWaits,
      wanted.flatMap(({ id, waits }) => waits.map(({ type, key }) => ({ executionId: id, type, key }))),
    ),
    call(
      selectKeys,
      wanted.flatMap((one) => one.keys),
    ),
  ].filter(({ rows }) => rows.length > 0);
  const opening: Call[] = lock ? [call(begin, []), call(lockExecutions, ids)] : [call(beginSnapshot, [])];
  const closing: Call[] = lock ? [] : [call(commitTransaction, [])];
  const answers = await lane.read(`Reading ${ids.length} executions`, [...opening, ...reads, ...closing]);
  const answerOf = new Map(reads.map(({ statement }, index) => [statement.name, answers[opening.length + index]]));
  const rowsOf = ({ name }: Statement<never>): readonly TextRow[] => answerOf.get(name) ?? [];

  const entriesOf = new Map(
    rowsOf(selectOutputHeads).map((row) => [attemptKey(row, 'task_id', 'attempt'), number(row, 'entries')]),
  );
  const seqOf = new Map(rowsOf(selectHeads).map((row) => [text(row, 'id'), maybeNumber(row, 'seq') ?? 0]));
  const tasksOf = new Belongings<TaskState>();
  for (const row of [...rowsOf(selectOpenTasks), ...rowsOf(selectTasks)]) {
    const entries = entriesOf.get(attemptKey(row, 'id', 'execution_count')) ?? 0;
    tasksOf.add(row, text(row, 'id'), toTask(row, entries));
  }
  const waitsOf = new Belongings<Wait>();
  for (const row of [...rowsOf(selectOpenWaits), ...rowsOf(selectWaits)]) {
    const wait = toWait(row);
    waitsOf.add(row, waitName(wait), wait);
  }
  return {
    executions: rowsOf(selectExecutions).map((row) => {
      const id = text(row, 'id');
      return toLoadedExecution(row, {
        seq: seqOf.get(id) ?? 0,
        tasks: tasksOf.inOrder(id, (task) => task.scheduledSequence),
        waits: waitsOf.inOrder(id, (wait) => wait.sequence),
      });
    }),
    keys: rowsOf(selectKeys).map(toKey),
    elsewhere: elsewhere(wanted, rowsOf(selectTasks)),
    life: lane.life,
  };
}

/** Tasks that belong to another execution than the one they were named with. */
function elsewhere(wanted: readonly Wanted[], named: readonly TextRow[]): readonly TaskId[] {
  const executionOf = new Map(named.map((row) => [text(row, 'id'), text(row, 'execution_id')]));
  return wanted.flatMap(({ id, taskIds }) => taskIds.filter((taskId) => (executionOf.get(taskId) ?? id) !== id));
}

/** What belongs to executions, each once although it may have been read twice: as an open one, and by its name. */
class Belongings<Value> {
  readonly #of = new Map<string, Map<string, Value>>();

  add(row: TextRow, name: string, value: Value): void {
    const executionId = text(row, 'execution_id');
    const own = this.#of.get(executionId);
    if (own === undefined) this.#of.set(executionId, new Map([[name, value]]));
    else own.set(name, value);
  }

  /** In the order of the facts that began them. */
  inOrder(executionId: string, sequence: (value: Value) => number): readonly Value[] {
    const own = [...(this.#of.get(executionId)?.values() ?? [])];
    return own.toSorted((a, b) => sequence(a) - sequence(b));
  }
}

function attemptKey(row: TextRow, task: string, attempt: string): string {
  return `${text(row, task)} ${text(row, attempt)}`;
}
