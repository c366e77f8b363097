import type { TaskState, WorkflowState } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, putWorkflows, setUp } from './bench.js';
import {
  aBatch,
  aFact,
  aTask,
  aTaskWrite,
  aToken,
  aWorkflow,
  aWrite,
  anEntry,
  entries,
  facts,
  newExecution,
  noon,
  running,
} from './builders.js';
import { firstPage } from './pages.js';

/** What people are shown of one execution. */
export function readConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: one execution`, () => {
    const bench = setUp(makeDatabase);

    test('its history is read whole, or any part from either end, ascending', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const rows = facts(id, 1, 9);
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { sequence: 9 })], history: rows }));
      const read = async (range: object) =>
        (await bench.store.queries.history(orgId, id, range))?.map((one) => one.sequence);
      expect(await bench.other.queries.history(orgId, id, {})).toEqual(rows.map(({ executionId: _, ...fact }) => fact));
      expect(await read({ after: 7 })).toEqual([8, 9]);
      expect(await read({ before: 3 })).toEqual([1, 2]);
      expect(await read({ limit: 2 })).toEqual([1, 2]);
      expect(await read({ limit: 2, fromEnd: true })).toEqual([8, 9]);
      expect(await read({ after: 2, before: 8, limit: 3, fromEnd: true })).toEqual([5, 6, 7]);
      expect(await read({ after: 9 })).toEqual([]);
      expect(await bench.store.queries.history(orgId, newExecution(), {})).toBeUndefined();
    });

    test('its state is what was set last and not cleared, as text, with the position it answers for', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const set = (sequence: number, key: string, value: string) =>
        aFact(id, sequence, { type: 'STATE_SET', data: `{"key":${JSON.stringify(key)},"value":${value}}` as Json });
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 6 })],
          history: [
            set(1, 'a', '1'),
            set(2, 'gone', '1'),
            aFact(id, 3),
            set(4, 'a', '{"n":[1,"x"]}'),
            aFact(id, 5, { type: 'STATE_CLEARED', data: '{"key":"gone"}' as Json }),
            set(6, 'nul\u0000"', 'null'),
          ],
          entries: entries(id, 1, 7),
        }),
      );
      const state = await bench.store.queries.state(orgId, id);
      expect(state?.asOf).toEqual({ epoch: 'e1', seq: 7 });
      expect(state?.values).toEqual(
        new Map([
          ['a', '{"n":[1,"x"]}'],
          ['nul\u0000"', 'null'],
        ]),
      );
      const blank = aWorkflow({ orgId });
      await putWorkflows(bench.store, [blank]);
      expect(await bench.store.queries.state(orgId, blank.id)).toEqual({
        values: new Map(),
        asOf: { epoch: 'e1', seq: 0 },
      });
      expect(await bench.store.queries.state(orgId, newExecution())).toBeUndefined();
    });

    test('R21 records say the position of the stream they answer for', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const task = running(aTask({ orgId, workflowExecutionId: id }));
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 1 })],
          tasks: [aTaskWrite(task)],
          entries: entries(id, 1, 2),
        }),
      );
      const asOf = { epoch: 'e1', seq: 2 };
      expect(await bench.store.queries.workflow(orgId, id)).toEqual({ workflow, sequence: 1, asOf });
      expect(await bench.store.queries.task(orgId, task.id)).toEqual({ task, asOf });
      expect((await bench.store.queries.workflows(orgId, firstPage)).rows).toEqual([{ workflow, sequence: 1, asOf }]);
      expect(await bench.store.queries.tasksOf(orgId, id)).toEqual([{ task, asOf }]);
    });

    test('R17 its stream is read after any number, in order, as it was written', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const task = running(aTask({ orgId, workflowExecutionId: id }));
      const kinds = ['token', 'progress', 'data', 'error'] as const;
      const rows = [
        anEntry(id, 1, { event: '{"text": "1.0 \\u0000 ü"}' as Json }),
        ...kinds.map((kind, index) => aToken(task, index + 2, index, { kind, epoch: 'e2' })),
        anEntry(id, 6, { terminal: true }),
      ];
      await bench.store.commit(
        aBatch({ executions: [aWrite(workflow)], tasks: [aTaskWrite(task)], entries: rows.slice(0, 3) }),
      );
      await bench.store.commit(aBatch({ durability: 'output', entries: rows.slice(3) }));
      expect(await bench.other.streams.read(id, 0, 100)).toEqual(rows);
      expect((await bench.other.streams.read(id, 2, 2)).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(await bench.other.streams.read(id, 6, 10)).toEqual([]);
      expect(await bench.other.streams.head(orgId, id)).toEqual({
        executionId: id,
        rootId: id,
        type: 'workflow',
        epoch: 'e1',
        seq: 6,
        ended: undefined,
      });
      const over: WorkflowState = { ...workflow, status: 'CANCELLED', reason: '', completedAt: noon };
      const write = aWrite(over, { expectedVersion: 1, epoch: 'e2' });
      await bench.store.commit(aBatch({ executions: [write] }));
      expect(await bench.other.streams.head(orgId, id)).toMatchObject({
        epoch: 'e2',
        ended: 'CANCELLED',
      });
    });

    test("a standalone task's stream ends with the task", async () => {
      const task = aTask();
      const write = aWrite(task);
      await bench.store.commit(aBatch({ executions: [write], tasks: [aTaskWrite(task)] }));
      expect(await bench.store.streams.head(task.orgId, write.id)).toMatchObject({
        type: 'task',
        seq: 0,
        ended: undefined,
      });
      const done: TaskState = { ...task, status: 'FAILED', error: 'x', completedAt: noon };
      await bench.store.commit(
        aBatch({ executions: [aWrite(done, { expectedVersion: 1 })], tasks: [aTaskWrite(done, false)] }),
      );
      expect(await bench.store.streams.head(task.orgId, write.id)).toMatchObject({ ended: 'FAILED' });
    });
  });
}
