import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { createPromise, scheduleChild, scheduleTask, startTimer } from '../commands.js';
import type { Activation, ForeignWorker } from '../foreign-worker.js';
import { toBytes } from '../json-bytes.js';
import { STYLE_NAMES } from '../worker-style.js';

/** What may happen to an execution while a worker holds a turn of it. */
const HAPPENINGS: readonly (readonly [
  string,
  (bench: Bench, worker: ForeignWorker, turn: Activation) => Promise<void>,
])[] = [
  [
    'SIGNAL_RECEIVED',
    async (bench, _worker, { id }) => {
      await bench.signal(id, 'hello');
    },
  ],
  [
    'TASK_COMPLETED',
    async (_bench, worker, turn) => {
      await worker.submit(turn, [scheduleTask(randomUUID())], 'RUNNING');
      await worker.completeTask(await worker.task());
    },
  ],
  [
    'TASK_FAILED',
    async (_bench, worker, turn) => {
      await worker.submit(turn, [scheduleTask(randomUUID(), { maxRetries: 0 })], 'RUNNING');
      await worker.failTask(await worker.task(), 'no');
    },
  ],
  ['TIMER_FIRED', (_bench, worker, turn) => worker.submit(turn, [startTimer('sleep-1', 20)], 'RUNNING')],
  [
    'PROMISE_RESOLVED',
    async (bench, worker, turn) => {
      await worker.submit(turn, [createPromise('approval')], 'RUNNING');
      const promiseId = await bench.promiseId(turn.id, 'approval');
      await bench.caller.resolvePromise({ promiseId, value: toBytes(1) });
    },
  ],
  [
    'PROMISE_REJECTED',
    async (bench, worker, turn) => {
      await worker.submit(turn, [createPromise('approval')], 'RUNNING');
      const promiseId = await bench.promiseId(turn.id, 'approval');
      await bench.caller.rejectPromise({ promiseId, error: 'no' });
    },
  ],
  [
    'PROMISE_TIMEOUT',
    (_bench, worker, turn) => worker.submit(turn, [createPromise('approval', { timeoutMs: 20 })], 'RUNNING'),
  ],
  [
    'CHILD_WORKFLOW_COMPLETED',
    async (_bench, worker, turn) => {
      await worker.submit(turn, [scheduleChild('son', randomUUID())], 'RUNNING');
      await worker.complete(await worker.activation());
    },
  ],
  [
    'CHILD_WORKFLOW_FAILED',
    async (_bench, worker, turn) => {
      await worker.submit(turn, [scheduleChild('son', randomUUID())], 'RUNNING');
      await worker.fail(await worker.activation(), 'no');
    },
  ],
];

export function wakeUpsSuite({ withBench }: Wire): void {
  describe.each(STYLE_NAMES)('what happens while a worker of the style %s holds a turn', (style) => {
    test.each(HAPPENINGS)('makes the execution ready again when the turn waits: %s', (fact, happen) =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        const id = await bench.start();
        const turn = await worker.activation();
        await happen(bench, worker, turn);
        await bench.fact(id, fact);
        // The worker has not seen it: its history is of before.
        await worker.suspend(turn);
        const next = await worker.activation();
        expect(next.id).toBe(id);
        expect(next.events.map(({ type }) => type)).toContain(fact);
        // It has been seen now, so nothing goes round and round.
        await worker.suspend(next);
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }),
    );
  });

  describe('a wake-up', () => {
    test('is not lost because a client has read the history meanwhile', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        await bench.signal(id, 'hello');
        for (let reads = 0; reads < 3; reads += 1) await bench.history(id);
        await worker.suspend(turn);
        expect((await worker.activation()).id).toBe(id);
      }));

    test('is one for all that happened', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation());
        for (let n = 0; n < 5; n += 1) await bench.signal(id, 'hello', n);
        await worker.suspend(await worker.activation());
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }));

    test('is not lost in a storm of signals around every turn', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const count = 40;
        worker.serve({
          workflows: {
            'wire-workflow': async ({ signal }) => {
              let sum = 0;
              for (let n = 0; n < count; n += 1) sum += Number(await signal('add'));
              return sum;
            },
          },
        });
        const id = await bench.start();
        for (let n = 0; n < count; n += 1) await bench.signal(id, 'add', n);
        expect((await bench.end(id)).data['output']).toBe((count * (count - 1)) / 2);
      }));
  });
}
