import { createClient } from '@flovyn/client';
import { TaskCancelled, TaskFailed } from '@flovyn/sdk';
import { MockTaskContext } from '@flovyn/sdk/testing';
import { describe, expect, test } from 'vitest';
import { countPrimes, showProgress } from './streaming-progress.js';

describe('the task', () => {
  test.each([
    [2, 1],
    [10, 4],
    [97, 25],
    [1_000_000, 78_498],
  ])('up to %i there are %i primes', async (limit, primes) => {
    expect(await countPrimes.run(new MockTaskContext(), { limit })).toBe(primes);
  });

  test('reports a hundred times, ever further', async () => {
    const ctx = new MockTaskContext();
    await countPrimes.run(ctx, { limit: 1_000_000 });
    expect(ctx.progressUpdates).toHaveLength(100);
    expect(ctx.progressUpdates).toEqual(ctx.progressUpdates.toSorted((a, b) => a - b));
    expect(ctx.progressUpdates.at(-1)).toBe(1);
  });

  test('stops when it is cancelled', async () => {
    const ctx = new MockTaskContext();
    ctx.markCancelled();
    await expect(countPrimes.run(ctx, { limit: 100 })).rejects.toBeInstanceOf(TaskCancelled);
  });

  test.each([1, 2.5, 1e12, Number.NaN])('a limit of %d is refused', async (limit) => {
    await expect(countPrimes.run(new MockTaskContext(), { limit })).rejects.toBeInstanceOf(TaskFailed);
  });
});

describe('the bar', () => {
  const id = '00000000-0000-4000-8000-00000000000a';
  const head = { v: 1, epoch: 'e', executionId: id, rootExecutionId: id, timestampMs: 1 };
  const lines = [
    'event: ready\ndata: {"epoch":"e","from":1,"head":2}',
    ...[0.25, 1].map((progress, index) => {
      const event = { type: 'progress', progress, details: `${progress * 4} of 4` };
      const frame = { ...head, seq: index + 1, taskExecutionId: id, attempt: 1, event };
      return `id: e.${index + 1}\nevent: progress\ndata: ${JSON.stringify(frame)}`;
    }),
    'event: end\ndata: {"status":"COMPLETED"}',
  ];

  test('moves with every report of the stream, and the end is told', async () => {
    const client = createClient({
      baseUrl: 'http://server',
      org: 'dev',
      fetch: () =>
        Promise.resolve(
          new Response(lines.map((line) => `${line}\n\n`).join(''), {
            headers: { 'content-type': 'text/event-stream' },
          }),
        ),
    });
    const shown: unknown[] = [];
    const ending = await showProgress(client, id, {
      update: (progress, more) => void shown.push([progress, more.details]),
    });
    expect(shown).toEqual([
      [0.25, '1 of 4'],
      [1, '4 of 4'],
    ]);
    expect(ending).toBe('COMPLETED');
  });
});
