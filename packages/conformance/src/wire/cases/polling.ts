import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { openCaller } from '../caller.js';
import { meanwhile, nextMillisecond } from '../conditions.js';
import type { ForeignWorker } from '../foreign-worker.js';

/** Less than a server may hold a poll by default (2 s), so that work found only at the end of a hold comes too late. */
const AT_ONCE_MS = 1_500;

/** The same promises for both sorts of work. */
const SORTS = {
  'an execution': {
    start: (bench: Bench) => bench.start(),
    poll: async (worker: ForeignWorker, timeoutSeconds?: number) =>
      (await worker.pollWorkflow(timeoutSeconds === undefined ? {} : { timeoutSeconds }))?.id,
    take: async (worker: ForeignWorker) => (await worker.activation()).id,
  },
  'a task': {
    start: (bench: Bench) => bench.startTask(),
    poll: async (worker: ForeignWorker, timeoutSeconds?: number) =>
      (await worker.pollTask(timeoutSeconds === undefined ? {} : { timeoutSeconds }))?.taskExecutionId,
    take: async (worker: ForeignWorker) => (await worker.task()).taskExecutionId,
  },
} as const;

export function pollingSuite({ withBench }: Wire): void {
  describe.each(Object.entries(SORTS))('a poll for %s', (_sort, { start, poll, take }) => {
    test('of an empty queue is answered without one, and is no error', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        expect(await poll(worker, 1)).toBeUndefined();
      }));

    test('is held for half a minute at most, however long was asked for', { timeout: 40_000 }, () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const began = performance.now();
        expect(await poll(worker, 60)).toBeUndefined();
        expect(performance.now() - began).toBeLessThan(31_000);
      }),
    );

    test('ends at once when there is one', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const held = meanwhile(poll(worker));
        // Answered on the same connection: the poll has arrived before it.
        await worker.heartbeat();
        const id = await start(bench);
        const began = performance.now();
        expect((await held) ?? (await take(worker))).toBe(id);
        expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
      }));

    test('gives each to one of many workers', () =>
      withBench(async (bench) => {
        const workers = await Promise.all(Array.from({ length: 4 }, () => bench.worker()));
        const polls = meanwhile(Promise.all(workers.map((worker) => poll(worker, 2))));
        const id = await start(bench);
        const given = (await polls).filter((one) => one !== undefined);
        // A server that does not hold polls may have answered all of them before.
        expect(given.length === 0 ? [await take(workers[0] as ForeignWorker)] : given).toEqual([id]);
        expect(await Promise.all(workers.map((worker) => poll(worker, 1)))).toEqual(workers.map(() => undefined));
      }));

    test('gives the oldest first', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const ids: string[] = [];
        for (let count = 0; count < 4; count += 1) {
          ids.push(await start(bench));
          await nextMillisecond();
        }
        const given: string[] = [];
        for (let count = 0; count < 4; count += 1) given.push(await take(worker));
        expect(given).toEqual(ids);
      }));

    test('sees its own queue only', () =>
      withBench(async (bench) => {
        const elsewhere = await bench.worker({ queue: `${bench.queue}-other` });
        const here = await bench.worker();
        const id = await start(bench);
        expect(await poll(elsewhere, 1)).toBeUndefined();
        expect(await take(here)).toBe(id);
      }));

    test('that has gone away is given nothing', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        for (let round = 0; round < 5; round += 1) {
          const leaving = new AbortController();
          const settings = { signal: leaving.signal };
          const left = Promise.allSettled([worker.pollWorkflow(settings), worker.pollTask(settings)]);
          // Answered on the same connection: what was said before it has arrived.
          await worker.heartbeat();
          leaving.abort();
          await left;
          await worker.heartbeat();
          // Claimed for a poll that is gone, it would be stuck.
          const id = await start(bench);
          expect(await take(worker)).toBe(id);
        }
      }));
  });

  describe('a worker that pings', () => {
    test('ten times a second is not sent away', () =>
      withBench(async ({ target, queue, start }) => {
        const { grpcUrl, orgId, workerKey: key } = target;
        const caller = openCaller({ grpcUrl, orgId, key, pingMs: 100 });
        try {
          const message = { workerId: 'wire-pinging', orgId, queue, timeoutSeconds: 2 };
          expect((await caller.pollTask(message)).task).toBeUndefined();
          const id = await start();
          expect((await caller.pollWorkflow(message)).workflowExecution?.id).toBe(id);
          expect((await caller.pollTask(message)).task).toBeUndefined();
        } finally {
          caller.close();
        }
      }));
  });
}
