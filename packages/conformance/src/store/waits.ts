import type { Wait, WorkflowState } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, expectConflict, loadOne, putTasks, setUp } from './bench.js';
import { aBatch, aTask, aWorkflow, aWrite, newExecution, newOrg, noon } from './builders.js';
import { aChild, aPromise, aTimer, aWaitWrite } from './wait-builders.js';

/** What an execution has opened outside of its own code. */
export function waitConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: waits`, () => {
    const bench = setUp(makeDatabase);

    async function stored(waits: readonly Wait[], workflow: WorkflowState = aWorkflow()): Promise<WorkflowState> {
      await bench.store.commit(
        aBatch({ executions: [aWrite(workflow)], waits: waits.map((wait) => aWaitWrite(workflow, wait)) }),
      );
      return workflow;
    }

    /** A later version of the execution with these waits changed. */
    const change = (workflow: WorkflowState, waits: readonly Wait[], expectedVersion = 1) =>
      aBatch({
        executions: [aWrite(workflow, { expectedVersion })],
        waits: waits.map((wait) => aWaitWrite(workflow, wait, false)),
      });

    const kinds: Record<string, () => Wait> = {
      timer: () => aTimer({ key: 'ünïcode "timer" 🌊' }),
      promise: () => aPromise({ key: "it's approved\\" }),
      'promise that times out': () => aPromise({ dueAt: noon + 5 }),
      child: () => aChild({ name: 'a\u0000b', kind: 'pay "now"' }),
    };

    test.each(Object.entries(kinds))('a %s is loaded as it was written', async (_, make) => {
      const wait = make();
      const workflow = await stored([wait, aTimer({ key: 'another', sequence: 2, open: false })]);
      expect((await loadOne(bench.other, workflow.id))?.waits).toEqual([wait]);
    });

    test('open ones are loaded, closed ones when they are named, all in the order in which they were opened', async () => {
      const waits = [
        aTimer({ key: 'z', sequence: 1 }),
        aPromise({ key: 'y', sequence: 2, open: false }),
        aChild({ sequence: 3, open: false }),
        aChild({ sequence: 4 }),
        aPromise({ key: 'b', sequence: 5 }),
        aTimer({ key: 'a', sequence: 6 }),
      ];
      const workflow = await stored(waits);
      const sequences = async (named: readonly Wait[]) =>
        (await loadOne(bench.store, workflow.id, { waits: named }))?.waits.map(({ sequence }) => sequence);
      expect(await sequences([])).toEqual([1, 4, 5, 6]);
      expect(await sequences(waits.slice(1, 5))).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await sequences([aPromise({ key: 'z' }), aTimer({ key: 'y' }), aTimer()])).toEqual([1, 4, 5, 6]);
    });

    test('each belongs to its own execution, whatever those of others are called', async () => {
      const [mine, yours] = [aTimer({ key: 'nap', dueAt: noon + 1 }), aTimer({ key: 'nap', dueAt: noon + 2 })];
      const [workflow, neighbour] = [await stored([mine]), await stored([yours])];
      expect((await loadOne(bench.store, workflow.id, { waits: [mine] }))?.waits).toEqual([mine]);
      expect((await loadOne(bench.store, neighbour.id, { waits: [yours] }))?.waits).toEqual([yours]);
    });

    test('one that is closed stays closed, and its neighbours open', async () => {
      const [timer, promise, child] = [aTimer(), aPromise({ sequence: 2 }), aChild({ sequence: 3 })];
      const workflow = await stored([timer, promise, child]);
      const closed = { ...promise, open: false };
      await bench.store.commit(change(workflow, [closed]));
      expect((await loadOne(bench.other, workflow.id))?.waits).toEqual([timer, child]);
      expect((await loadOne(bench.other, workflow.id, { waits: [promise] }))?.waits).toEqual([timer, closed, child]);
      const ended = [timer, child].map((wait) => ({ ...wait, open: false }));
      await bench.store.commit(change(workflow, ended, 2));
      expect((await loadOne(bench.other, workflow.id))?.waits).toEqual([]);
      await bench.store.commit(change(workflow, [child], 3));
      expect((await loadOne(bench.other, workflow.id))?.waits).toEqual([child]);
    });

    test('thousands are opened and closed by one commit', async () => {
      const waits = Array.from({ length: 2_000 }, (_, index) => aTimer({ key: `t${index}`, sequence: index + 1 }));
      const workflow = await stored(waits);
      expect((await loadOne(bench.store, workflow.id))?.waits).toEqual(waits);
      const closed = waits.map((wait) => ({ ...wait, open: wait.sequence > 1_999 }));
      await bench.store.commit(change(workflow, closed));
      expect((await loadOne(bench.store, workflow.id))?.waits).toEqual(waits.slice(-1));
    });

    test.each(Object.entries(kinds))('a %s is opened once: its key is taken for good', async (_, make) => {
      const wait = make();
      const again = { ...make(), key: wait.key };
      const workflow = await stored([wait]);
      const reopen = (expectedVersion: number) =>
        aBatch({ executions: [aWrite(workflow, { expectedVersion })], waits: [aWaitWrite(workflow, again)] });
      await expectConflict(bench.other, reopen(1));
      const closed = { ...wait, open: false };
      await bench.store.commit(change(workflow, [closed]));
      await expectConflict(bench.other, reopen(2));
      expect(await loadOne(bench.store, workflow.id, { waits: [wait] })).toMatchObject({ version: 2, waits: [closed] });
    });

    test('one that was never opened is not changed, and nothing else of the batch is stored', async () => {
      const [timer, stranger] = [aTimer(), aTimer()];
      const workflow = await stored([timer]);
      await expectConflict(bench.store, change(workflow, [{ ...timer, open: false }, stranger]));
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 1, waits: [timer] });
    });
  });

  describe(`store on ${name}: promises`, () => {
    const bench = setUp(makeDatabase);

    test('are found by their UUID and by their name, open or not', async () => {
      const workflow = aWorkflow();
      const { id: executionId, orgId } = workflow;
      const promise = aPromise();
      const { key, name, promiseId } = promise;
      const record = { executionId, key, name, promiseId, open: true };
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow)],
          waits: [promise, aTimer({ key: 'nap' })].map((wait) => aWaitWrite(workflow, wait)),
        }),
      );
      const byId = { promiseId: promise.promiseId };
      const byName = { executionId, name: promise.key };
      for (const ref of [byId, byName]) {
        expect(await bench.other.queries.promise(orgId, ref)).toEqual(record);
        expect(await bench.other.queries.promise(newOrg(), ref)).toBeUndefined();
      }
      expect(await bench.store.queries.promise(orgId, { promiseId: newExecution() })).toBeUndefined();
      expect(await bench.store.queries.promise(orgId, { executionId, name: 'nap' })).toBeUndefined();
      expect(await bench.store.queries.promise(orgId, { ...byName, executionId: newExecution() })).toBeUndefined();

      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { expectedVersion: 1 })],
          waits: [aWaitWrite(workflow, { ...promise, open: false }, false)],
        }),
      );
      expect(await bench.other.queries.promise(orgId, byId)).toEqual({ ...record, open: false });
      expect(await bench.other.queries.promise(orgId, byName)).toEqual({ ...record, open: false });
    });
  });

  describe(`store on ${name}: promises of one name`, () => {
    const bench = setUp(makeDatabase);

    test('are found by it in their order, those that are open first', async () => {
      const workflow = aWorkflow();
      const { id: executionId, orgId } = workflow;
      const first = aPromise({ name: 'approval', key: 'approval', sequence: 2 });
      const later = [3, 4].map((sequence) => aPromise({ name: 'approval', sequence }));
      const all = [first, ...later];
      const write = (open: readonly boolean[], expectedVersion?: number) =>
        bench.store.commit(
          aBatch({
            executions: [aWrite(workflow, expectedVersion === undefined ? {} : { expectedVersion })],
            waits: all.map((wait, index) =>
              aWaitWrite(workflow, { ...wait, open: open[index] === true }, expectedVersion === undefined),
            ),
          }),
        );
      const found = async () =>
        (await bench.other.queries.promise(orgId, { executionId, name: 'approval' }))?.promiseId;
      await write([true, true, true]);
      expect(await found()).toBe(first.promiseId);
      expect(await loadOne(bench.other, executionId)).toMatchObject({ waits: all });
      await write([false, true, true], 1);
      expect(await found()).toBe(later[0]?.promiseId);
      await write([false, false, true], 2);
      expect(await found()).toBe(later[1]?.promiseId);
      await write([false, false, false], 3);
      expect(await found()).toBe(first.promiseId);
      const byId = await bench.other.queries.promise(orgId, { promiseId: later[0]?.promiseId ?? '' });
      expect(byId).toMatchObject({ key: later[0]?.key, name: 'approval', open: false });
    });
  });

  describe(`store on ${name}: children`, () => {
    const bench = setUp(makeDatabase);

    test('of an execution come oldest first, those of one turn in the order in which they were started', async () => {
      const parent = aWorkflow();
      const { id, orgId } = parent;
      const born = [noon + 1, noon + 1, noon + 1, noon + 1, noon + 1, noon];
      const children = born.map((createdAt, index) =>
        aWorkflow({ orgId, createdAt, parentId: id, rootId: id, childName: `child-${index}`, depth: 1 }),
      );
      const grandchild = aWorkflow({ orgId, parentId: children[0]?.id, rootId: id, depth: 2 });
      await bench.store.commit(
        aBatch({
          executions: [parent, ...children, grandchild, aWorkflow({ orgId })].map((one) => aWrite(one)),
          waits: children.map((child, index) => aWaitWrite(parent, aChild({ key: child.id, sequence: index + 2 }))),
        }),
      );
      const names = (await bench.other.queries.children(orgId, id))?.map(({ workflow }) => workflow.childName);
      expect(names).toEqual([5, 0, 1, 2, 3, 4].map((index) => `child-${index}`));
      const [first] = children;
      const asOf = { epoch: 'e1', seq: 0 };
      expect((await bench.other.queries.children(orgId, id))?.[1]).toEqual({ workflow: first, sequence: 0, asOf });
      expect(await bench.store.queries.children(orgId, grandchild.id)).toEqual([]);
    });

    test('are unknown of what is no workflow of the organisation', async () => {
      const [workflow, task] = [aWorkflow(), aTask()];
      await bench.store.commit(aBatch({ executions: [aWrite(workflow)] }));
      await putTasks(bench.store, [task]);
      const { children } = bench.store.queries;
      expect(await children(newOrg(), workflow.id)).toBeUndefined();
      expect(await children(workflow.orgId, newExecution())).toBeUndefined();
      expect(await children(task.orgId, aWrite(task).id)).toBeUndefined();
    });

    test('those that exist are told from those that do not', async () => {
      const orgId = newOrg();
      const [workflow, another, task] = [aWorkflow({ orgId }), aWorkflow(), aTask({ orgId })];
      await bench.store.commit(aBatch({ executions: [workflow, another].map((one) => aWrite(one)) }));
      await putTasks(bench.store, [task]);
      const ids = [workflow.id, another.id, aWrite(task).id, newExecution(), workflow.id];
      expect(await bench.other.queries.existing(orgId, ids)).toEqual(new Set([workflow.id]));
      expect(await bench.other.queries.existing(orgId, [])).toEqual(new Set());
    });
  });
}
