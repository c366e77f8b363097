import { isTerminalWorkflow } from '../execution/state.js';
import type { ExecutionId } from '../ids.js';
import {
  CommitConflict,
  type FamilyBeginning,
  type FamilyLog,
  type FamilyWrites,
  type NumberedRun,
  type StreamEntry,
  type StreamHead,
  type StreamLog,
} from '../ports/store.js';
import type { FamilyRows, MemoryRows } from './rows.js';

/** Numbers a batch's entries in the streams of their families. */
export function numberFamilies(rows: MemoryRows, { begun, runs }: FamilyWrites, life: string): readonly NumberedRun[] {
  for (const beginning of begun) begin(rows, beginning);
  return runs.flatMap(({ rootId, executionId, last, epoch }) => {
    const family = rows.families.get(rootId);
    if (family === undefined) throw new CommitConflict(`family ${rootId} has not begun`);
    if (family.life !== life) Object.assign(family, { life, epoch });
    const first = (family.counted.get(executionId) ?? 0) + 1;
    if (first > last) return [];
    const stored = new Map(rows.entries.get(executionId)?.map((entry) => [entry.seq, entry]));
    for (let seq = first; seq <= last; seq += 1) add(family, stored.get(seq));
    family.counted.set(executionId, last);
    return [{ executionId, first, last, rootSeq: family.entries.length, epoch: family.epoch }];
  });
}

function begin({ families }: MemoryRows, { rootId, ...beginning }: FamilyBeginning): void {
  if (!families.has(rootId)) families.set(rootId, { ...beginning, entries: [], counted: new Map() });
}

/** Until the first child, the numbers are those of the root, and so are the epochs. */
function add(family: FamilyRows, entry: StreamEntry | undefined): void {
  const seq = family.entries.length + 1;
  const isOwn = entry?.executionId === entry?.rootId && entry?.seq === seq;
  family.entries.push(entry && { ...entry, inFamily: { epoch: isOwn ? entry.epoch : family.epoch, seq } });
}

/** Entries of an execution that have no number in its family's stream yet. */
function looseEntries(rows: MemoryRows, id: ExecutionId): StreamEntry[] {
  const rootId = rows.executions.get(id)?.rootId ?? id;
  const known = rows.families.get(rootId)?.counted.get(id) ?? 0;
  return (rows.entries.get(id) ?? []).filter(({ seq }) => seq > known);
}

/** Takes in what nobody has counted, in the order of its instants. */
function takeIn(rows: MemoryRows, { rootId, epoch }: StreamHead, life: string): void {
  const loose = [...descendants(rows, rootId)].flatMap((id) => looseEntries(rows, id));
  if (loose.length === 0) return;
  begin(rows, { rootId, epoch, life });
  const family = rows.families.get(rootId);
  // Stable: within one instant a parent's come before its children's.
  if (family === undefined) return;
  for (const entry of loose.toSorted((a, b) => a.timestampMs - b.timestampMs)) {
    add(family, entry);
    family.counted.set(entry.executionId, entry.seq);
  }
}

export function memoryFamilies(rows: MemoryRows, streams: StreamLog, life: string): FamilyLog {
  const read = (rootId: ExecutionId): readonly StreamEntry[] => {
    const alone = (): StreamEntry[] =>
      (rows.entries.get(rootId) ?? []).map((entry) => ({ ...entry, inFamily: { epoch: entry.epoch, seq: entry.seq } }));
    return rows.families.get(rootId)?.entries.filter((entry) => entry !== undefined) ?? alone();
  };

  return {
    async head(orgId, id) {
      const own = await streams.head(orgId, id);
      if (own === undefined || own.type === 'task') return undefined;
      const members = descendants(rows, id);
      const isAlone = own.rootId === id && members.size === 1;
      if (!isAlone || rows.families.has(id)) takeIn(rows, own, life);
      const family = rows.families.get(own.rootId);
      const entries = read(own.rootId);
      const seq = entries.at(-1)?.inFamily?.seq ?? 0;
      const last = entries.findLast(({ executionId }) => members.has(executionId))?.inFamily?.seq ?? 0;
      const open = new Set([...members].filter((member) => !isEnded(rows, member)));
      const ended = open.size === 0 ? own.ended : undefined;
      return { ...own, ...(family && { epoch: family.epoch }), seq, last, members, open, ended };
    },
    read: async (rootId, after, limit) =>
      read(rootId)
        .filter(({ inFamily }) => (inFamily?.seq ?? 0) > after)
        .slice(0, limit),
    async extent(rootId, epoch) {
      const numbers = read(rootId).flatMap(({ inFamily }) => (inFamily?.epoch === epoch ? [inFamily.seq] : []));
      const [first, last] = [numbers[0], numbers.at(-1)];
      return first === undefined || last === undefined ? undefined : { first, last };
    },
  };
}

function descendants(rows: MemoryRows, id: ExecutionId): Set<ExecutionId> {
  const members = new Set([id]);
  for (const member of members) {
    for (const { workflow } of rows.executions.values()) if (workflow?.parentId === member) members.add(workflow.id);
  }
  return members;
}

function isEnded(rows: MemoryRows, id: ExecutionId): boolean {
  const workflow = rows.executions.get(id)?.workflow;
  return workflow !== undefined && isTerminalWorkflow(workflow);
}
