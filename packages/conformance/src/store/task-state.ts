import type { OrgId, TaskId } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, putTasks, setUp } from './bench.js';
import { aBatch, aTask, aTaskWrite, aWorkflow, aWrite, newOrg, newTask } from './builders.js';

/** What tasks remember between their attempts. */
export function taskStateConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: the state of tasks`, () => {
    const bench = setUp(makeDatabase);

    async function aStoredTask(): Promise<{ orgId: OrgId; id: TaskId }> {
      const task = aTask();
      await putTasks(bench.store, [task]);
      return task;
    }

    test('is remembered key by key, byte for byte, until it is taken away', async () => {
      const { orgId, id } = await aStoredTask();
      const [mine, theirs] = [bench.store.taskState, bench.other.taskState];
      const value = '{"page" :1.0,"ü":"\\u0000"}' as Json;
      expect(await theirs.get(orgId, id, 'cursor')).toEqual({ value: undefined });
      expect(await mine.set(orgId, id, 'cursor', value)).toBe(true);
      expect(await mine.set(orgId, id, '__proto__', 'null' as Json)).toBe(true);
      expect(await theirs.get(orgId, id, 'cursor')).toEqual({ value });
      expect(await theirs.get(orgId, id, '__proto__')).toEqual({ value: 'null' });
      expect(await theirs.get(orgId, id, 'constructor')).toEqual({ value: undefined });
      expect(new Set(await theirs.keys(orgId, id))).toEqual(new Set(['cursor', '__proto__']));

      expect(await mine.set(orgId, id, 'cursor', '2' as Json)).toBe(true);
      expect(await theirs.get(orgId, id, 'cursor')).toEqual({ value: '2' });
      expect(await mine.set(orgId, id, 'cursor', undefined)).toBe(true);
      expect(await mine.set(orgId, id, 'never set', undefined)).toBe(true);
      expect(await theirs.keys(orgId, id)).toEqual(['__proto__']);
      expect(await mine.clear(orgId, id)).toBe(true);
      expect(await theirs.keys(orgId, id)).toEqual([]);
      expect(await mine.clear(orgId, id)).toBe(true);
    });

    test("belongs to one task, a workflow's as well as a standalone one", async () => {
      const workflow = aWorkflow();
      const { orgId } = workflow;
      const tasks = [aTask({ orgId, workflowExecutionId: workflow.id }), aTask({ orgId })] as const;
      await bench.store.commit(aBatch({ executions: [aWrite(workflow)], tasks: [aTaskWrite(tasks[0])] }));
      await putTasks(bench.store, [tasks[1]]);
      for (const [index, task] of tasks.entries()) {
        await bench.store.taskState.set(orgId, task.id, 'page', String(index) as Json);
      }
      await bench.store.taskState.clear(orgId, tasks[1].id);
      expect(await bench.store.taskState.get(orgId, tasks[0].id, 'page')).toEqual({ value: '0' });
      expect(await bench.store.taskState.get(orgId, tasks[1].id, 'page')).toEqual({ value: undefined });
    });

    test('R31 there is none of an unknown task, nor of one of another organisation', async () => {
      const { orgId, id } = await aStoredTask();
      const { taskState } = bench.store;
      await taskState.set(orgId, id, 'page', '1' as Json);
      for (const [org, task] of [
        [orgId, newTask()],
        [newOrg(), id],
      ] as const) {
        expect(await taskState.get(org, task, 'page')).toBeUndefined();
        expect(await taskState.keys(org, task)).toBeUndefined();
        expect(await taskState.set(org, task, 'page', '2' as Json)).toBe(false);
        expect(await taskState.set(org, task, 'page', undefined)).toBe(false);
        expect(await taskState.clear(org, task)).toBe(false);
      }
      expect(await taskState.get(orgId, id, 'page')).toEqual({ value: '1' });
    });

    test('a task has a thousand keys and not one more', async () => {
      const { orgId, id } = await aStoredTask();
      const { taskState } = bench.store;
      const set = (index: number, value = '1') => taskState.set(orgId, id, `key-${index}`, value as Json);
      for (let index = 0; index < 1_000; index++) await set(index);
      await expect(set(1_000)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
      expect(await set(7, '2')).toBe(true);
      await taskState.set(orgId, id, 'key-7', undefined);
      expect(await set(1_000)).toBe(true);
      expect(await taskState.keys(orgId, id)).toHaveLength(1_000);
    });
  });
}
