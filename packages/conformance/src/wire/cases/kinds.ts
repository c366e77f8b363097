import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { nextMillisecond } from '../conditions.js';

export function kindsSuite({ withBench }: Wire): void {
  describe('what a worker is given', () => {
    test('are executions of the kinds it names in its poll', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ workflows: ['wire-older', 'wire-younger'] });
        const older = await bench.start({ workflowKind: 'wire-older' });
        await nextMillisecond();
        const younger = await bench.start({ workflowKind: 'wire-younger' });
        expect((await worker.activation({ capabilities: ['wire-younger'] })).id).toBe(younger);
        expect(await worker.pollWorkflow({ capabilities: ['wire-younger'], timeoutSeconds: 1 })).toBeUndefined();
        expect((await worker.activation({ capabilities: ['wire-younger', 'wire-older'] })).id).toBe(older);
      }));

    test.each(['name', 'id'] as const)('are the kinds it registered, when it polls by its %s and names none', (as) =>
      withBench(async (bench) => {
        const worker = await bench.worker({ workflows: ['wire-known'], tasks: ['wire-known'] });
        const strangeRun = await bench.start({ workflowKind: 'wire-strange' });
        const strangeTask = await bench.startTask({ kind: 'wire-strange' });
        await nextMillisecond();
        const run = await bench.start({ workflowKind: 'wire-known' });
        const task = await bench.startTask({ kind: 'wire-known' });
        expect((await worker.activation({ as })).id).toBe(run);
        expect((await worker.task({ as })).taskExecutionId).toBe(task);
        expect(await worker.pollWorkflow({ as, timeoutSeconds: 1 })).toBeUndefined();
        expect(await worker.pollTask({ as, timeoutSeconds: 1 })).toBeUndefined();

        const other = await bench.worker({ workflows: ['wire-strange'], tasks: ['wire-strange'] });
        expect((await other.activation({ as })).id).toBe(strangeRun);
        expect((await other.task({ as })).taskExecutionId).toBe(strangeTask);
      }),
    );

    test.each(['name', 'id'] as const)('are the kinds of all processes that share its name, polling by %s', (as) =>
      withBench(async (bench) => {
        const first = await bench.worker({ workflows: ['wire-one'], tasks: ['wire-one'] });
        const second = await bench.worker({ name: first.name, workflows: ['wire-two'], tasks: ['wire-two'] });
        const ids = [
          await bench.start({ workflowKind: 'wire-one' }),
          await bench.startTask({ kind: 'wire-one' }),
          await bench.start({ workflowKind: 'wire-two' }),
          await bench.startTask({ kind: 'wire-two' }),
        ];
        const given = [
          (await second.activation({ as, capabilities: [] })).id,
          (await second.task({ as })).taskExecutionId,
          (await first.activation({ as })).id,
          (await first.task({ as })).taskExecutionId,
        ];
        expect(new Set(given)).toEqual(new Set(ids));
      }),
    );

    test('is the same whether it says its name in one poll or its UUID in the next', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const ids = [await bench.start(), await bench.start()];
        const given = [(await worker.activation({ as: 'name' })).id, (await worker.activation({ as: 'id' })).id];
        expect(new Set(given)).toEqual(new Set(ids));
        const tasks = [await bench.startTask(), await bench.startTask()];
        const taken = [await worker.task({ as: 'id' }), await worker.task({ as: 'name' })];
        expect(new Set(taken.map(({ taskExecutionId }) => taskExecutionId))).toEqual(new Set(tasks));
      }));

    test('is everything, when nobody has registered under its name', () =>
      withBench(async ({ caller, queue, start, startTask }) => {
        const { orgId } = caller;
        const poll = { workerId: `wire-${randomUUID()}`, orgId, queue, timeoutSeconds: 10 };
        const id = await start({ workflowKind: 'wire-anything' });
        const task = await startTask({ kind: 'wire-anything' });
        expect((await caller.pollWorkflow(poll)).workflowExecution?.id).toBe(id);
        expect((await caller.pollTask(poll)).task?.taskExecutionId).toBe(task);
      }));

    test('stands in the queue "default" when its starter named none', () =>
      withBench(async (bench) => {
        // Everybody's queue: a kind of its own keeps the case apart.
        const kind = `wire-${randomUUID()}`;
        const worker = await bench.worker({ queue: 'default', workflows: [kind], tasks: [kind] });
        const id = await bench.start({ workflowKind: kind, queue: '' });
        const task = await bench.startTask({ kind, queue: '' });
        const turn = await worker.activation();
        expect(turn.execution).toMatchObject({ id, queue: 'default' });
        await worker.complete(turn);
        const given = await worker.task({ queue: '' });
        expect(given).toMatchObject({ taskExecutionId: task, queue: 'default' });
        await worker.completeTask(given);
      }));
  });
}
