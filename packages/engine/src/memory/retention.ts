import type { ExecutionId } from '../ids.js';
import type { Retention, Weight } from '../ports/retention.js';
import type { StreamEntry } from '../ports/store.js';
import type { MemoryRows } from './rows.js';

export function memoryRetention(rows: MemoryRows): Retention {
  return {
    async expire(what, endedBy, limit) {
      let removed = 0;
      for (const end of endsAfter(rows, rows.passed.get(what), endedBy)) {
        const doomed = isLast(rows, end)
          ? removable(rows, end.executionId).filter(({ kind }) => what === 'all' || kind !== 'state')
          : [];
        const gone = doomed.slice(0, limit - removed);
        remove(rows, end.executionId, gone);
        removed += gone.length;
        if (gone.length < doomed.length) return { removed, more: true };
        rows.passed.set(what, end);
      }
      return { removed, more: false };
    },

    async weigh(id) {
      const entries = rows.entries.get(id) ?? [];
      const removables = new Set(removable(rows, id));
      const held = entries.filter((entry) => !removables.has(entry)).map(({ seq }) => seq);
      return { id, weight: weightOf(entries), last: entries.at(-1)?.seq ?? 0, held };
    },

    async trim({ id, last, held }, excess, limit) {
      const gone: StreamEntry[] = [];
      const output = (rows.entries.get(id) ?? []).filter(({ kind, seq }) => kind !== 'state' && seq < last);
      for (const entry of output.filter(({ seq }) => !held.includes(seq))) {
        const { entries, bytes } = weightOf(gone);
        if (gone.length === limit || (entries >= excess.entries && bytes >= excess.bytes)) break;
        gone.push(entry);
      }
      remove(rows, id, gone);
      return weightOf(gone);
    },
  };
}

/** The entries that executions ended with, in the order of their instants. */
function endsAfter(rows: MemoryRows, passed: StreamEntry | undefined, endedBy: number): readonly StreamEntry[] {
  return [...rows.entries.values()]
    .flatMap((entries) => entries.filter((entry) => entry.terminal === true && entry.timestampMs <= endedBy))
    .toSorted(inOrder)
    .filter((entry) => passed === undefined || inOrder(passed, entry) < 0);
}

function inOrder(a: StreamEntry, b: StreamEntry): number {
  return a.timestampMs - b.timestampMs || (a.executionId < b.executionId ? -1 : a.executionId > b.executionId ? 1 : 0);
}

function isLast(rows: MemoryRows, entry: StreamEntry): boolean {
  return rows.entries.get(entry.executionId)?.at(-1)?.seq === entry.seq;
}

/** All entries but those that always stay. */
function removable(rows: MemoryRows, id: ExecutionId): readonly StreamEntry[] {
  const entries = rows.entries.get(id) ?? [];
  const output = entries.filter(({ ordinal }) => ordinal !== undefined);
  const newest = new Map(output.map((entry) => [`${entry.taskId} ${entry.attempt}`, entry.seq]));
  return entries.slice(0, -1).filter(({ taskId, attempt, seq }) => {
    const task = taskId === undefined ? undefined : rows.tasks.get(taskId)?.task;
    const runs = task?.status === 'RUNNING' && task.executionCount === attempt;
    return !runs || newest.get(`${taskId} ${attempt}`) !== seq;
  });
}

function remove(rows: MemoryRows, id: ExecutionId, gone: readonly StreamEntry[]): void {
  const numbers = new Set(gone.map(({ seq }) => seq));
  const entries = rows.entries.get(id) ?? [];
  rows.entries.set(
    id,
    entries.filter(({ seq }) => !numbers.has(seq)),
  );
  const family = rows.families.get(entries[0]?.rootId ?? id)?.entries;
  family?.forEach((entry, place) => {
    if (entry?.executionId === id && numbers.has(entry.seq)) family[place] = undefined;
  });
}

function weightOf(entries: readonly StreamEntry[]): Weight {
  return {
    entries: entries.length,
    bytes: entries.reduce((sum, { event }) => sum + new TextEncoder().encode(event).byteLength, 0),
  };
}
