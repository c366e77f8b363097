import type { WorkflowState } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, expectConflict, loadOne, setUp } from './bench.js';
import { aBatch, aFact, aTask, aTaskWrite, aWanted, aWorkflow, aWrite, anEntry, entries, facts } from './builders.js';
import { aKey, aReserve, someReady } from './work-builders.js';

/** What was decided on something else is stored whole or not at all. */
export function refusalConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: what is refused`, () => {
    const bench = setUp(makeDatabase);

    async function stored(): Promise<WorkflowState> {
      const workflow = aWorkflow();
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 2 })],
          history: facts(workflow.id, 1, 2),
          entries: entries(workflow.id, 1, 3),
        }),
      );
      return workflow;
    }

    test('R03 a version that is not the stored one stores nothing of the batch', async () => {
      const [workflow, neighbour] = [await stored(), await stored()];
      const fresh = aWorkflow();
      const key = aKey();
      const work = someReady();
      await expectConflict(
        bench.store,
        aBatch({
          executions: [
            aWrite(fresh),
            aWrite(neighbour, { expectedVersion: 1, sequence: 3 }),
            aWrite(workflow, { expectedVersion: 2, sequence: 3 }),
          ],
          history: [aFact(neighbour.id, 3), aFact(workflow.id, 3)],
          entries: [anEntry(neighbour.id, 4), anEntry(workflow.id, 4)],
          ready: { add: [work], remove: [] },
          keys: { add: [key], remove: [] },
        }),
      );
      for (const { id } of [workflow, neighbour]) {
        expect(await loadOne(bench.store, id)).toMatchObject({ version: 1, sequence: 2, seq: 3 });
        expect(await bench.store.queries.history(workflow.orgId, workflow.id, {})).toHaveLength(2);
      }
      expect(await loadOne(bench.store, fresh.id)).toBeUndefined();
      const { keys } = await bench.store.load([aWanted(fresh.id, { keys: [key] })], { lock: false });
      expect(keys).toEqual([]);
      expect(await bench.store.reserve(aReserve({ orgId: work.orgId }))).toEqual([]);
    });

    test('a change of an execution that is not there is refused', async () => {
      await expectConflict(bench.store, aBatch({ executions: [aWrite(aWorkflow(), { expectedVersion: 1 })] }));
    });

    test('R05 an execution is created once', async () => {
      const workflow = await stored();
      await expectConflict(bench.other, aBatch({ executions: [aWrite(workflow)] }));
    });

    test('R01 a number of a history is given once', async () => {
      const workflow = await stored();
      await expectConflict(bench.other, aBatch({ history: [aFact(workflow.id, 2)] }));
      expect(await bench.store.queries.history(workflow.orgId, workflow.id, {})).toHaveLength(2);
    });

    test('R17 a number of a stream is given once', async () => {
      const workflow = await stored();
      await expectConflict(bench.other, aBatch({ durability: 'output', entries: [anEntry(workflow.id, 3)] }));
      expect(await bench.store.streams.read(workflow.id, 0, 10)).toHaveLength(3);
    });

    test('a task id is used once, and a task that is not there is not changed', async () => {
      const task = aTask();
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const write = aWrite(task, { expectedVersion: 1 });
      await expectConflict(bench.other, aBatch({ executions: [write], tasks: [aTaskWrite(task)] }));
      const stranger = { ...aTask({ workflowExecutionId: write.id }), orgId: task.orgId };
      await expectConflict(bench.other, aBatch({ executions: [write], tasks: [aTaskWrite(stranger, false)] }));
      expect(await loadOne(bench.store, write.id)).toMatchObject({ version: 1 });
    });

    test('a task id is used once, also when two want it in one batch', async () => {
      const [one, two] = [aWorkflow(), aWorkflow()];
      const task = aTask({ workflowExecutionId: one.id });
      const other = { ...task, workflowExecutionId: two.id };
      const executions = [aWrite(one), aWrite(two)];
      await expectConflict(bench.store, aBatch({ executions, tasks: [aTaskWrite(task), aTaskWrite(other)] }));
      expect(await loadOne(bench.other, one.id)).toBeUndefined();
    });

    test('R08 two stores that race for one version: one wins, the other keeps nothing', async () => {
      const workflow = await stored();
      const race = [bench.store, bench.other].map((store, index) =>
        store
          .commit(
            aBatch({
              executions: [aWrite(workflow, { expectedVersion: 1, sequence: 3, epoch: `by-${index}` })],
              history: [aFact(workflow.id, 3, { type: `BY_${index}` })],
            }),
          )
          .then(() => index),
      );
      const results = await Promise.allSettled(race);
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(won).toHaveLength(1);
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 2, epoch: `by-${won[0]}` });
      const history = await bench.store.queries.history(workflow.orgId, workflow.id, {});
      expect(history?.map((fact) => fact.type).at(-1)).toBe(`BY_${won[0]}`);
    });

    test('two stores with the same executions in opposite order never stand still', async () => {
      const pair = [await stored(), await stored()];
      for (let version = 1; version <= 30; version++) {
        const batch = (order: readonly WorkflowState[]) =>
          aBatch({ executions: order.map((workflow) => aWrite(workflow, { expectedVersion: version })) });
        const results = await Promise.allSettled([
          bench.store.commit(batch(pair)),
          bench.other.commit(batch(pair.toReversed())),
        ]);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      }
      for (const { id } of pair) expect(await loadOne(bench.store, id)).toMatchObject({ version: 31 });
    }, 10_000);

    test('after a refusal the store goes on', async () => {
      const workflow = await stored();
      await expectConflict(bench.store, aBatch({ executions: [aWrite(workflow, { expectedVersion: 7 })] }));
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 2 });
    });

    test('what was loaded with a lock can be written, refused, or let go of', async () => {
      const workflow = await stored();
      const wanted = [aWanted(workflow.id)];
      const { executions } = await bench.store.load(wanted, { lock: true });
      expect(executions[0]).toMatchObject({ version: 1, sequence: 2, seq: 3 });
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      expect(await loadOne(bench.other, workflow.id)).toMatchObject({ version: 2 });

      await bench.store.load(wanted, { lock: true });
      await expectConflict(bench.store, aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      await bench.store.unlock();
      await bench.store.load(wanted, { lock: true });
      await bench.store.unlock();
      await bench.store.unlock();
      await bench.other.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 2 })] }));
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 3 });
    });
  });
}
