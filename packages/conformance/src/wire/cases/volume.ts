import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { scheduleTask } from '../commands.js';
import { fromBytes, toBytes } from '../json-bytes.js';
import type { Script } from '../replayer.js';
import { STYLE_NAMES } from '../worker-style.js';

/** Forty steps that say something of every sort: a history of more than 200 facts. */
const longWork: Script = async ({ operation, setState, task }) => {
  let sum = 0;
  for (let step = 0; step < 40; step += 1) {
    setState('step', step);
    const factor = Number(operation('factor', () => step + 1));
    sum += Number(await task('wire-task', factor));
  }
  return sum;
};

export function volumeSuite({ withBench }: Wire): void {
  describe.each([3, 5, 10, 50])('%i tasks that end at the same moment', (count) => {
    test('are that many facts with numbers of their own, and their execution goes on', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const ids = Array.from({ length: count }, () => randomUUID());
        await worker.suspend(
          await worker.activation(),
          ids.map((task) => scheduleTask(task)),
        );
        const tasks = [];
        while (tasks.length < count) tasks.push(await worker.task());
        await Promise.all(tasks.map((task) => worker.completeTask(task, task.taskExecutionId)));
        const lines = (await bench.history(id)).filter(({ type }) => type === 'TASK_COMPLETED');
        expect(new Set(lines.map(({ sequence }) => sequence)).size).toBe(count);
        expect(new Set(lines.map(({ data }) => data['taskExecutionId']))).toEqual(new Set(ids));
        // It may have been woken by the first of them; the last turn sees them all.
        let turn = await worker.activation();
        while (turn.events.filter(({ type }) => type === 'TASK_COMPLETED').length < count) {
          await worker.suspend(turn);
          turn = await worker.activation();
        }
        await worker.complete(turn, 'all done');
        expect((await bench.end(id)).data['output']).toBe('all done');
      }));
  });

  describe.each(STYLE_NAMES)('a worker of the style %s', (style) => {
    test('runs twenty executions at once, each with three tasks', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({
          workflows: {
            'wire-workflow': ({ task }, input) =>
              Promise.all([1, 2, 3].map((n) => task('wire-task', Number(input) * n))),
          },
          tasks: { 'wire-task': ({ input }) => fromBytes(input) },
        });
        const numbers = Array.from({ length: 20 }, (_, n) => n);
        const ids = await Promise.all(numbers.map((n) => bench.start({ input: toBytes(n) })));
        const ends = await Promise.all(ids.map((id) => bench.end(id)));
        expect(ends.map(({ data }) => data['output'])).toEqual(numbers.map((n) => [n, 2 * n, 3 * n]));
      }));

    test('replays a history of two hundred facts', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({
          workflows: { 'wire-workflow': longWork },
          tasks: { 'wire-task': ({ input }) => Number(fromBytes(input)) * 2 },
        });
        const id = await bench.start();
        const { data, sequence } = await bench.end(id);
        expect(data['output']).toBe(40 * 41);
        expect(sequence).toBeGreaterThanOrEqual(200);
      }));
  });

  describe('workers that share a queue', () => {
    test('take turns on one execution, whatever their style', () =>
      withBench(async (bench) => {
        const workers = await Promise.all([bench.worker({ style: 'rust' }), bench.worker({ style: 'ffi' })]);
        // Operations, states and tasks mean the same to both; only the names of timers would differ.
        for (const worker of workers) {
          worker.serve({
            workflows: { 'wire-workflow': longWork },
            tasks: { 'wire-task': ({ input }) => Number(fromBytes(input)) * 2 },
          });
        }
        expect((await bench.end(await bench.start())).data['output']).toBe(40 * 41);
      }));
  });
}
