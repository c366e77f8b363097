import { isTerminalWorkflow } from '../execution/state.js';
import type { ExecutionId } from '../ids.js';
import {
  CommitConflict,
  type FamilyHead,
  type FamilyLog,
  type FamilyWrites,
  type NumberedRun,
  type StreamEntry,
  type StreamLog,
} from '../ports/store.js';
import type { FamilyRows, MemoryRows } from './rows.js';

/** Numbers a batch's entries in the streams of their families. */
export function numberFamilies(rows: MemoryRows, { begun, runs }: FamilyWrites): readonly NumberedRun[] {
  for (const { rootId, ...beginning } of begun) {
    if (!rows.families.has(rootId)) rows.families.set(rootId, { ...beginning, entries: [] });
  }
  return runs.flatMap(({ rootId, executionId, last }) => {
    const family = rows.families.get(rootId);
    if (family === undefined) throw new CommitConflict(`family ${rootId} has not begun`);
    const loose = looseEntries(rows, family, executionId).filter(({ seq }) => seq <= last);
    const [first] = loose;
    if (first === undefined) return [];
    family.entries.push(...loose);
    return [{ executionId, first: first.seq, last, rootSeq: family.entries.length, epoch: family.epoch }];
  });
}

/** Entries of an execution that have no number in its family's stream yet. */
function looseEntries(rows: MemoryRows, family: FamilyRows, executionId: ExecutionId): StreamEntry[] {
  const known = family.entries.findLast((entry) => entry.executionId === executionId)?.seq ?? 0;
  return (rows.entries.get(executionId) ?? []).filter(({ seq }) => seq > known);
}

export function memoryFamilies(rows: MemoryRows, streams: StreamLog): FamilyLog {
  const read = (rootId: ExecutionId): StreamEntry[] => {
    const family = rows.families.get(rootId);
    if (family === undefined) {
      return (rows.entries.get(rootId) ?? []).map((entry) => ({ ...entry, inFamily: ownPlace(entry) }));
    }
    return family.entries.map((entry, index) => ({ ...entry, inFamily: { epoch: family.epoch, seq: index + 1 } }));
  };

  return {
    async head(orgId, id) {
      const own = await streams.head(orgId, id);
      if (own === undefined || own.type === 'task') return undefined;
      const members = descendants(rows, id);
      const family = rows.families.get(own.rootId);
      const entries = read(own.rootId);
      const seq = entries.findLastIndex(({ executionId }) => members.has(executionId)) + 1;
      const isOver = own.ended !== undefined;
      const areAllOver = [...members].every((member) => isEnded(rows, member));
      return { ...own, ...(family && numberingOf(family)), seq, members, isOver, ended: areAllOver ? own.ended : undefined };
    },
    read: async (rootId, after, limit) => read(rootId).slice(after, after + limit),
    async extent(rootId, epoch) {
      const numbers = read(rootId).flatMap(({ inFamily }) => (inFamily?.epoch === epoch ? [inFamily.seq] : []));
      const [first, last] = [numbers[0], numbers.at(-1)];
      return first === undefined || last === undefined ? undefined : { first, last };
    },
  };
}

function ownPlace({ epoch, seq }: StreamEntry): NonNullable<StreamEntry['inFamily']> {
  return { epoch, seq };
}

function numberingOf({ epoch, epochBase }: FamilyRows): Pick<FamilyHead, 'epoch' | 'epochBase'> {
  return { epoch, epochBase };
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
