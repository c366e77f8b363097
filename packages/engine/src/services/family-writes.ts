import { invariant } from '@flovyn/protocol';
import type { Execution } from '../execution/view.js';
import type { ExecutionId } from '../ids.js';
import type { FamilyBeginning, FamilyRun, FamilyWrites, NumberedRun, StreamEntry } from '../ports/store.js';

/**
 * What a batch says of the streams of families. An execution without parent and children has none: its entries are
 * counted once. Where a child writes, or the parent of one, neighbouring entries of one execution are one run.
 *
 * The numbers themselves are given by the store, because other processes write for the same family: numbers given here
 * would be taken whenever one of them came first, and the whole batch decided again.
 *
 * @param find - the executions that the batch writes.
 */
export function familyWrites(
  entries: readonly StreamEntry[],
  find: (id: ExecutionId) => Execution | undefined,
  { life, stamp }: { readonly life: string; readonly stamp: string },
): FamilyWrites {
  // A child's first entry stands in the batch in which its parent asked for it.
  const roots = new Set<ExecutionId>();
  for (const { executionId, rootId } of entries) {
    if (executionId !== rootId || find(executionId)?.hasFamily === true) roots.add(rootId);
  }
  if (roots.size === 0) return none;

  const begun = new Map<ExecutionId, FamilyBeginning>();
  const runs: FamilyRun[] = [];
  /** The run that each family's next entry may join. */
  const open = new Map<ExecutionId, number>();
  for (const { executionId, rootId, seq: last } of entries) {
    if (!roots.has(rootId)) continue;
    const execution = find(executionId);
    invariant(execution !== undefined, `the execution of entry ${last} of ${executionId} is written in this batch`);
    if (!execution.hasFamily && !begun.has(rootId)) begun.set(rootId, beginning(rootId, find(rootId)));
    const index = open.get(rootId);
    const before = index === undefined ? undefined : runs[index];
    if (index !== undefined && before?.executionId === executionId) runs[index] = { ...before, last };
    else {
      const first = execution.countedTo === undefined ? undefined : execution.countedTo + 1;
      open.set(rootId, runs.push({ rootId, executionId, first, last, epoch: stamp }) - 1);
    }
    execution.countedTo = last;
  }
  for (const { executionId } of runs) {
    const execution = find(executionId);
    if (execution !== undefined) execution.hasFamily = true;
  }
  return { begun: [...begun.values()], runs };

  function beginning(rootId: ExecutionId, root: Execution | undefined): FamilyBeginning {
    // Only a family from before there were numbers begins without its root.
    if (root === undefined) return { rootId, epoch: stamp, life };
    return { rootId, epoch: root.epoch, life: root.life };
  }
}

const none: FamilyWrites = { begun: [], runs: [] };

/** The entries with their places in their families' streams, as the store has numbered them. */
export function numbered(entries: readonly StreamEntry[], runs: readonly NumberedRun[]): StreamEntry[] {
  const runsOf = new Map<ExecutionId, NumberedRun[]>();
  for (const run of runs) runsOf.set(run.executionId, [...(runsOf.get(run.executionId) ?? []), run]);
  return entries.map((entry) => {
    const run = runsOf.get(entry.executionId)?.find(({ first, last }) => first <= entry.seq && entry.seq <= last);
    if (run === undefined) return entry;
    return { ...entry, inFamily: { epoch: run.epoch, seq: run.rootSeq - (run.last - entry.seq) } };
  });
}
