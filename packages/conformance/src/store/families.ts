import type { CommitBatch, ExecutionId, FamilyRun, StreamEntry, WorkflowState } from '@flovyn/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seed } from '../support/requests.js';
import { type Bench, type MakeDatabase, expectConflict, loadOne, setUp } from './bench.js';
import {
  aBatch,
  aTask,
  aTaskWrite,
  aWanted,
  aWorkflow,
  aWrite,
  anEntry,
  entries,
  newExecution,
  newOrg,
} from './builders.js';

/** The streams of families: what is written for several executions is read in one order, as it was committed. */
export function familyConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: families`, () => {
    const bench = setUp(makeDatabase);

    test('an execution that is alone is its own family, and has the same numbers', async () => {
      const root = aWorkflow();
      await bench.store.commit(aBatch({ executions: [aWrite(root)], entries: entries(root.id, 1, 3) }));
      expect(await read(bench, root.id)).toEqual([`${root.id} 1`, `${root.id} 2`, `${root.id} 3`]);
      expect(await bench.store.families.head(root.orgId, root.id)).toMatchObject({ epoch: 'e1', seq: 3 });
      expect(await bench.store.families.extent(root.id, 'e1')).toEqual({ first: 1, last: 3 });
      expect((await loadOne(bench.store, root.id))?.hasFamily).toBe(false);
    });

    test('with its first child it goes on counting where it was, and so do its cursors', async () => {
      const { root, child } = await aFamily(bench);
      await bench.store.commit(aBatch({ entries: entries(root.id, 1, 3) }));
      const runs = await bench.store.commit(
        aBatch({
          entries: [anEntry(root.id, 4), of(child, 1), of(child, 2), anEntry(root.id, 5)],
          families: { begun: [await beginning(bench, root)], runs: [run(root, 4), run(child, 2, 1), run(root, 5, 5)] },
        }),
      );
      expect(runs).toEqual([
        { executionId: root.id, first: 1, last: 4, rootSeq: 4, epoch: 'e1' },
        { executionId: child.id, first: 1, last: 2, rootSeq: 6, epoch: 'e1' },
        { executionId: root.id, first: 5, last: 5, rootSeq: 7, epoch: 'e1' },
      ]);
      const [r, c] = [root.id, child.id];
      const whole = [`${r} 1`, `${r} 2`, `${r} 3`, `${r} 4`, `${c} 1`, `${c} 2`, `${r} 5`];
      expect(await read(bench, r)).toEqual(whole);
      expect(await read(bench, r, 2, 3)).toEqual(whole.slice(2, 5));
      expect(await read(bench, r, 5, 1)).toEqual(whole.slice(5, 6));
      expect(await read(bench, r, 7)).toEqual([]);
      expect(await bench.store.families.extent(r, 'e1')).toEqual({ first: 1, last: 7 });
      expect(await bench.store.families.extent(r, 'another')).toBeUndefined();
      for (const { id } of [root, child]) expect((await loadOne(bench.store, id))?.hasFamily).toBe(true);
    });

    test('asked for a child, it is the part below it, and ends where the last of that part is', async () => {
      const { root, child, grandchild } = await aFamily(bench);
      await bench.store.commit(
        aBatch({
          entries: [anEntry(root.id, 1), of(child, 1), of(grandchild, 1), anEntry(root.id, 2)],
          families: {
            begun: [await beginning(bench, root)],
            runs: [run(root, 1), run(child, 1), run(grandchild, 1), run(root, 2, 2)],
          },
        }),
      );
      const heads = await Promise.all(
        [root, child, grandchild].map(({ orgId, id }) => bench.store.families.head(orgId, id)),
      );
      expect(heads.map((head) => head?.seq)).toEqual([4, 4, 4]);
      expect(heads.map((head) => head?.last)).toEqual([4, 3, 3]);
      expect(heads.map((head) => head?.members)).toEqual([
        new Set([root.id, child.id, grandchild.id]),
        new Set([child.id, grandchild.id]),
        new Set([grandchild.id]),
      ]);
    });

    test('R19 is over when all of it is, however its root ended', async () => {
      const { root, child, grandchild } = await aFamily(bench);
      const end = async (workflow: WorkflowState): Promise<void> => {
        const over: WorkflowState = { ...workflow, status: 'FAILED', error: 'x', completedAt: 1 };
        await bench.store.commit(aBatch({ executions: [aWrite(over, { expectedVersion: 1 })] }));
      };
      const ends = async () =>
        Promise.all(
          [root, child].map(async ({ orgId, id }) => {
            const head = await bench.store.families.head(orgId, id);
            return `${head?.open.size} ${head?.ended}`;
          }),
        );
      await end(root);
      expect(await ends()).toEqual(['2 undefined', '2 undefined']);
      await end(child);
      expect(await ends()).toEqual(['1 undefined', '1 undefined']);
      await end(grandchild);
      expect(await ends()).toEqual(['0 FAILED', '0 FAILED']);
    });

    test('R31 of another organisation, or a standalone task, there is none', async () => {
      const { root } = await aFamily(bench);
      const task = aTask();
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const { families } = bench.store;
      expect(await families.head(newOrg(), root.id)).toBeUndefined();
      expect(await families.head(root.orgId, newExecution())).toBeUndefined();
      expect(await families.head(task.orgId, task.id as string as ExecutionId)).toBeUndefined();
    });

    test('R37 entries that nobody counted are taken in, with the next ones or when somebody asks', async () => {
      const { root, child, grandchild } = await aFamily(bench);
      // As a process writes that knows no families.
      await bench.store.commit(
        aBatch({
          entries: [
            anEntry(root.id, 1, { timestampMs: 10 }),
            of(child, 1, { timestampMs: 20 }),
            anEntry(root.id, 2, { timestampMs: 30 }),
            of(child, 2, { timestampMs: 25 }),
            of(grandchild, 1, { timestampMs: 40 }),
          ],
        }),
      );
      const [r, c, g] = [root.id, child.id, grandchild.id];
      expect((await bench.store.families.head(root.orgId, c))?.seq).toBe(5);
      const soFar = [`${r} 1`, `${c} 1`, `${c} 2`, `${r} 2`, `${g} 1`];
      expect(await read(bench, r)).toEqual(soFar);

      await bench.store.commit(aBatch({ entries: [of(child, 3)] }));
      await bench.store.commit(
        aBatch({
          entries: [of(child, 4), anEntry(r, 3)],
          families: { begun: [], runs: [run(child, 4), run(root, 3)] },
        }),
      );
      expect(await read(bench, r)).toEqual([...soFar, `${c} 3`, `${c} 4`, `${r} 3`]);
      await bench.store.commit(aBatch({ entries: [of(grandchild, 2)] }));
      expect((await bench.store.families.head(root.orgId, r))?.seq).toBe(9);
      expect(await read(bench, r, 8)).toEqual([`${g} 2`]);
    });

    test('R21 a new life of the database begins a new numbering, and the old one is good up to there', async () => {
      const { root, child } = await aFamily(bench);
      const { families } = bench.store;
      await bench.store.commit(aBatch({ entries: entries(root.id, 1, 2) }));
      const begun = [{ ...(await beginning(bench, root)), life: 'before the crash' }];
      await bench.store.commit(aBatch({ entries: [of(child, 1)], families: { begun, runs: [run(root, 2)] } }));
      await bench.store.commit(aBatch({ families: { begun: [], runs: [run(child, 1)] } }));
      expect(await families.head(root.orgId, root.id)).toMatchObject({ epoch: 'e2', seq: 3 });
      expect((await families.read(root.id, 0, 10)).map(({ inFamily }) => inFamily?.epoch)).toEqual(['e1', 'e1', 'e2']);
      expect(await families.extent(root.id, 'e1')).toEqual({ first: 1, last: 2 });
      expect(await families.extent(root.id, 'e2')).toMatchObject({ last: 3 });
    });

    test('two who number the same entries are not both believed', async () => {
      const { root, child } = await aFamily(bench);
      const batch = aBatch({
        entries: [anEntry(root.id, 1), of(child, 1)],
        families: { begun: [await beginning(bench, root)], runs: [run(root, 1), run(child, 1)] },
      });
      await bench.store.commit(batch);
      await expectConflict(bench.other, batch);
      expect(await read(bench, root.id)).toHaveLength(2);
    });

    test('R17 any writers, any order: numbers without holes, each stream in its own order, nothing moved', async () => {
      const step = fc.record({ who: fc.nat(2), lines: fc.integer({ min: 1, max: 3 }) });
      const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(rounds, async (plan) => {
          const family = await aFamily(bench);
          const members = [family.root, family.child, family.grandchild] as const;
          const heads = [0, 0, 0];
          const begun = [await beginning(bench, family.root)];
          let known: string[] = [];
          for (const round of plan) {
            const writers = [0, 1].map((store) => {
              // One execution has one writer at a time: which is what its version is for.
              const steps = round.filter(({ who }) => who % 2 === store);
              const said = steps.map(({ who, lines }) => ({ member: members[who] ?? family.root, who, lines }));
              const { entries: written, runs } = whatIsSaid(said, heads);
              return aBatch({ durability: 'output', entries: written, families: { begun, runs } });
            });
            await Promise.all(writers.map((batch, store) => (store === 0 ? bench.store : bench.other).commit(batch)));
            const all = await read(bench, family.root.id);
            expect(all.slice(0, known.length)).toEqual(known);
            known = all;
          }
          for (const [who, { id }] of members.entries()) {
            const own = known.filter((line) => line.startsWith(id)).map((line) => Number(line.split(' ')[1]));
            expect(own).toEqual(Array.from({ length: heads[who] ?? 0 }, (_, index) => index + 1));
          }
        }),
        { numRuns: 40, ...seed() },
      );
    });
  });
}

interface Family {
  readonly root: WorkflowState;
  readonly child: WorkflowState;
  readonly grandchild: WorkflowState;
}

/** Three generations, of which nothing has been said yet. */
async function aFamily({ store }: Bench): Promise<Family> {
  const root = aWorkflow();
  const { orgId, id: rootId } = root;
  const child = aWorkflow({ orgId, rootId, parentId: rootId });
  const grandchild = aWorkflow({ orgId, rootId, parentId: child.id });
  await store.commit(aBatch({ executions: [root, child, grandchild].map((workflow) => aWrite(workflow)) }));
  return { root, child, grandchild };
}

function of(workflow: WorkflowState, seq: number, parts: Partial<StreamEntry> = {}): StreamEntry {
  return anEntry(workflow.id, seq, { rootId: workflow.rootId, ...parts });
}

function run({ id, rootId }: WorkflowState, last: number, first?: number): FamilyRun {
  return { rootId, executionId: id, first, last, epoch: 'e2' };
}

type Beginning = CommitBatch['families']['begun'][number];

async function beginning({ store }: Bench, { id }: WorkflowState): Promise<Beginning> {
  const { life } = await store.load([aWanted(id)], { lock: false });
  return { rootId: id, epoch: 'e1', life };
}

/** What one process writes in one commit. Raises the heads. */
function whatIsSaid(
  steps: readonly { readonly member: WorkflowState; readonly who: number; readonly lines: number }[],
  heads: number[],
): { readonly entries: StreamEntry[]; readonly runs: FamilyRun[] } {
  const lines: StreamEntry[] = [];
  const runs: FamilyRun[] = [];
  const counted = new Set<number>();
  for (const { member, who, lines: count } of steps) {
    const before = heads[who] ?? 0;
    for (let line = 0; line < count; line += 1) {
      const seq = (heads[who] ?? 0) + 1;
      heads[who] = seq;
      lines.push(of(member, seq));
    }
    // Who has spoken in this commit already is known; others now and then.
    const isKnown = counted.has(who) || before % 2 === 0;
    runs.push(run(member, heads[who] ?? 0, isKnown ? before + 1 : undefined));
    counted.add(who);
  }
  return { entries: lines, runs };
}

/** The family's stream, each line as whose it is and its number there. Its own numbers have no holes. */
async function read({ store }: Bench, rootId: ExecutionId, after = 0, limit = 1_000): Promise<string[]> {
  const found = await store.families.read(rootId, after, limit);
  expect(found.map(({ inFamily }) => inFamily?.seq)).toEqual(found.map((_, index) => after + index + 1));
  return found.map(({ executionId, seq }) => `${executionId} ${seq}`);
}
