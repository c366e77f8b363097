import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { scheduleTask } from '../commands.js';
import { fromBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';
import { STYLE_NAMES } from '../worker-style.js';

export function tasksSuite({ withBench }: Wire): void {
  describe('a task of an execution', () => {
    test('is handed over with all that was said of it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ tasks: ['wire-export'] });
        const taskExecutionId = randomUUID();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [
          scheduleTask(taskExecutionId, { kind: 'wire-export', input: { rows: [1, 2] } }),
        ]);
        const task = await worker.task();
        expect(task).toMatchObject({
          taskExecutionId,
          kind: 'wire-export',
          workflowExecutionId: id,
          executionCount: 1,
          queue: bench.queue,
        });
        expect(fromBytes(task.input)).toEqual({ rows: [1, 2] });
      }));

    test('without an input has null', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        await bench.start();
        await worker.suspend(await worker.activation(), [scheduleTask(randomUUID())]);
        expect(fromBytes((await worker.task()).input)).toBeNull();
      }));

    test('stands in the history before anybody can do it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        worker.serve({ tasks: { 'wire-task': () => 'done' } });
        const ids = Array.from({ length: 20 }, () => randomUUID());
        await worker.suspend(
          await worker.activation(),
          ids.map((task) => scheduleTask(task)),
        );
        for (const task of ids) {
          const types = (await bench.history(id))
            .filter(({ data }) => data['taskExecutionId'] === task)
            .map(({ type }) => type);
          expect(types[0]).toBe('TASK_SCHEDULED');
        }
      }));

    test('wakes its execution with its output', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const taskExecutionId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleTask(taskExecutionId)]);
        await worker.completeTask(await worker.task(), { rows: 3 });
        const turn = await worker.activation();
        expect(turn.id).toBe(id);
        expect(turn.events.at(-1)).toMatchObject({
          type: 'TASK_COMPLETED',
          data: { taskExecutionId, output: { rows: 3 } },
        });
      }));

    test.each(['', 'default', undefined])('that names the queue %j stands in the queue of its execution', (queue) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const options = queue === undefined ? {} : { queue };
        await worker.suspend(await worker.activation(), [scheduleTask(randomUUID(), options)]);
        expect((await worker.task()).queue).toBe(bench.queue);
        expect((await bench.fact(id, 'TASK_SCHEDULED')).data['queue']).toBe(bench.queue);
      }),
    );

    test('that names a queue stands there', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const queue = `${bench.queue}-far`;
        const far = await bench.worker({ queue });
        await bench.start();
        const taskExecutionId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleTask(taskExecutionId, { queue })]);
        expect(await far.task()).toMatchObject({ taskExecutionId, queue });
      }));

    test('whose execution has ended meanwhile is finished, and the history says no more', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        await worker.submit(turn, [scheduleTask(randomUUID())], 'RUNNING');
        const task = await worker.task();
        await worker.complete(turn, 'did not wait');
        expect(await statusOf(worker.completeTask(task, 'late'))).toBe('OK');
        expect((await bench.facts(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      }));
  });

  describe.each(STYLE_NAMES)('ten tasks of an execution, with a worker of the style %s', (style) => {
    test('done in parallel give their outputs in the order of the code', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({
          workflows: {
            'wire-workflow': ({ task }) => Promise.all(Array.from({ length: 10 }, (_, n) => task('wire-task', n))),
          },
          tasks: { 'wire-task': ({ input }) => Number(fromBytes(input)) ** 2 },
        });
        const id = await bench.start();
        const { data } = await bench.end(id);
        expect(data).toMatchObject({ output: [0, 1, 4, 9, 16, 25, 36, 49, 64, 81] });
        const facts = await bench.facts(id);
        expect(facts.filter((type) => type === 'TASK_SCHEDULED')).toHaveLength(10);
        expect(facts.filter((type) => type === 'TASK_COMPLETED')).toHaveLength(10);
      }));
  });
}
