import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { type PromiseOptions, createPromise, resolvePromise } from '../commands.js';
import { toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';
import { STYLE_NAMES } from '../worker-style.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An execution that waits for one promise. */
async function withPromise(bench: Bench, options: PromiseOptions = {}) {
  const worker = await bench.worker();
  const id = await bench.start();
  await worker.suspend(await worker.activation(), [createPromise('approval', options)]);
  return { worker, id, promiseId: await bench.promiseId(id, 'approval') };
}

/** What the history says of promises after they were made. */
async function settlements({ history }: Bench, id: string) {
  return (await history(id)).filter(({ type }) => /^PROMISE_(RESOLVED|REJECTED|TIMEOUT)$/.test(type));
}

export function promisesSuite({ withBench, withRest }: Wire): void {
  describe.each(STYLE_NAMES)('code that waits for a promise, with a worker of the style %s', (style) => {
    test('goes on with the value it is resolved with', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({ workflows: { 'wire-workflow': ({ promise }) => promise('approval') } });
        const id = await bench.start();
        const promiseId = await bench.promiseId(id, 'approval');
        await bench.caller.resolvePromise({ promiseId, value: toBytes({ by: 'ann' }) });
        expect((await bench.end(id)).data['output']).toEqual({ by: 'ann' });
      }));

    test('goes on with the error it is rejected with', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({ workflows: { 'wire-workflow': ({ promise }) => promise('approval') } });
        const id = await bench.start();
        await bench.caller.rejectPromise({ promiseId: await bench.promiseId(id, 'approval'), error: 'too expensive' });
        expect(await bench.end(id)).toMatchObject({
          type: 'WORKFLOW_EXECUTION_FAILED',
          data: { error: 'too expensive' },
        });
      }));

    test('goes on with a timeout after two seconds, and not earlier', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({
          workflows: { 'wire-workflow': ({ promise }) => promise('approval', { timeoutMs: 2_000 }) },
        });
        const began = performance.now();
        const id = await bench.start();
        const { type, data } = await bench.end(id);
        expect(performance.now() - began).toBeGreaterThanOrEqual(2_000);
        expect(performance.now() - began).toBeLessThan(7_000);
        expect(type).toBe('WORKFLOW_EXECUTION_FAILED');
        expect(data['error']).toContain('timeout');
        expect((await settlements(bench, id)).map((line) => line.type)).toEqual(['PROMISE_TIMEOUT']);
      }));
  });

  describe('a promise', () => {
    test('has a UUID of its own beside its name', () =>
      withBench(async (bench) => {
        const { id, promiseId } = await withPromise(bench);
        expect(promiseId).toMatch(UUID);
        await bench.caller.resolvePromise({ promiseId, value: toBytes(1) });
        const [line] = await settlements(bench, id);
        expect(line?.data).toMatchObject({ promiseId, promiseName: 'approval', value: 1 });
      }));

    test.each(['/', ':'])('is found by the old form <execution>%s<name>', (separator) =>
      withBench(async (bench) => {
        const { worker, id, promiseId } = await withPromise(bench);
        await bench.caller.resolvePromise({ promiseId: `${id}${separator}approval`, value: toBytes('yes') });
        expect((await worker.activation()).id).toBe(id);
        expect(await settlements(bench, id)).toMatchObject([{ data: { promiseId, value: 'yes' } }]);
      }),
    );

    test.each(['/', ':'])('is rejected by the old form <execution>%s<name>', (separator) =>
      withBench(async (bench) => {
        const { id } = await withPromise(bench);
        await bench.caller.rejectPromise({ promiseId: `${id}${separator}approval`, error: 'no' });
        expect(await settlements(bench, id)).toMatchObject([{ type: 'PROMISE_REJECTED', data: { error: 'no' } }]);
      }),
    );

    test('settles once: what comes later is accepted and changes nothing', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { id, promiseId } = await withPromise(bench);
        await caller.resolvePromise({ promiseId, value: toBytes('first') });
        expect(await statusOf(caller.resolvePromise({ promiseId, value: toBytes('second') }))).toBe('OK');
        expect(await statusOf(caller.rejectPromise({ promiseId, error: 'too late' }))).toBe('OK');
        expect(await settlements(bench, id)).toMatchObject([{ type: 'PROMISE_RESOLVED', data: { value: 'first' } }]);
      }));

    test('settled by ten callers at once is settled once', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { id, promiseId } = await withPromise(bench);
        await Promise.all(
          Array.from({ length: 10 }, (_, n) => caller.resolvePromise({ promiseId, value: toBytes(n) })),
        );
        expect(await settlements(bench, id)).toHaveLength(1);
      }));

    test('may be resolved before its code asks for it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        await worker.submit(turn, [createPromise('approval')], 'RUNNING');
        const promiseId = await bench.promiseId(id, 'approval');
        await bench.caller.resolvePromise({ promiseId, value: toBytes('early') });
        await worker.suspend(turn);
        const { end } = await worker.play(await worker.activation(), ({ promise }) => promise('approval'));
        expect(end).toEqual({ type: 'completed', output: 'early' });
      }));

    test('of its own is resolved by a command, and code goes on', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [
          createPromise('approval'),
          resolvePromise('approval', 'self'),
        ]);
        expect(await settlements(bench, id)).toMatchObject([
          { type: 'PROMISE_RESOLVED', data: { promiseName: 'approval', value: 'self' } },
        ]);
      }));

    test.each([
      ['null', null],
      ['an object', { a: [1, { b: null }] }],
      ['a text', 'yes'],
    ])('may be resolved with %s', (_what, value) =>
      withBench(async (bench) => {
        const { id, promiseId } = await withPromise(bench);
        await bench.caller.resolvePromise({ promiseId, value: toBytes(value) });
        expect(await settlements(bench, id)).toMatchObject([{ data: { value } }]);
      }),
    );

    test('is resolved by its idempotency key over REST', (context) =>
      withRest(context, async (bench, rest) => {
        const key = `hook:${randomUUID()}`;
        const { id, promiseId } = await withPromise(bench, { idempotencyKey: key });
        const path = `/promises/${encodeURIComponent(`key:${key}`)}/resolve`;
        expect(await rest('POST', path, { value: 'by key' })).toMatchObject({
          status: 200,
          json: { resolved: true, alreadyResolved: false, promiseId },
        });
        expect((await rest('POST', path, { value: 'again' })).json).toMatchObject({ alreadyResolved: true });
        expect(await settlements(bench, id)).toMatchObject([{ data: { value: 'by key' } }]);
      }));
  });

  describe('settling a promise', () => {
    test('of an execution that has ended is FAILED_PRECONDITION', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { worker, id, promiseId } = await withPromise(bench);
        await bench.signal(id, 'enough');
        await worker.complete(await worker.activation());
        expect(await statusOf(caller.resolvePromise({ promiseId, value: toBytes(1) }))).toBe('FAILED_PRECONDITION');
        expect(await statusOf(caller.rejectPromise({ promiseId, error: 'no' }))).toBe('FAILED_PRECONDITION');
      }));

    test('nobody made is NOT_FOUND', () =>
      withBench(async (bench) => {
        const { id } = await withPromise(bench);
        const unknown = [randomUUID(), `${id}/other`, `${id}:other`, `${randomUUID()}/approval`];
        for (const promiseId of unknown) {
          expect(await statusOf(bench.caller.resolvePromise({ promiseId, value: toBytes(1) }))).toBe('NOT_FOUND');
          expect(await statusOf(bench.caller.rejectPromise({ promiseId, error: 'no' }))).toBe('NOT_FOUND');
        }
      }));

    test('by something that is no id at all is refused', () =>
      withBench(async ({ caller }) => {
        const call = caller.resolvePromise({ promiseId: 'approval', value: toBytes(1) });
        expect(await statusOf(call)).toMatch(/^(INVALID_ARGUMENT|NOT_FOUND)$/);
      }));
  });
}
