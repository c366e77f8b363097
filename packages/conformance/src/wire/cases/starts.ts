import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { eventually, nextMillisecond } from '../conditions.js';
import { fromBytes, toBytes, toText } from '../json-bytes.js';
import { statusOf } from '../refusal.js';

/** Every value JSON has, with what is easily lost on the way. */
const INPUT = { text: 'é\n"\u2028', number: 0.1, big: 1e21, list: [null, true, { deep: [] }], empty: {} };

export function startsSuite({ withBench, withRest }: Wire): void {
  describe('an execution that is started', () => {
    test('begins its history with its input, and waits for a worker of its kind', () =>
      withBench(async (bench) => {
        const id = await bench.start({ workflowKind: 'wire-unheard-of', input: toBytes(INPUT) });
        expect(await bench.history(id)).toEqual([
          { sequence: 1, type: 'WORKFLOW_STARTED', data: expect.objectContaining({ input: INPUT }) },
        ]);
        const worker = await bench.worker({ workflows: ['wire-unheard-of'] });
        expect((await worker.activation()).id).toBe(id);
      }));

    test('is handed over with all that was said of it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const before = Date.now();
        const id = await bench.start({ input: toBytes(INPUT), workflowVersion: '2.1.0', prioritySeconds: 5 });
        const { execution, events } = await worker.activation();
        expect(execution).toMatchObject({
          id,
          kind: 'wire-workflow',
          orgId: bench.caller.orgId,
          queue: bench.queue,
          workflowVersion: '2.1.0',
        });
        expect(fromBytes(execution.input)).toEqual(INPUT);
        expect(execution.currentSequence).toBe(events.length);
        // Two clocks may differ by a little, and hosts by more; the same day is what a worker counts on.
        expect(Math.abs(execution.createdAtMs - before)).toBeLessThan(86_400_000);
        expect(execution.workflowTaskTimeMillis).toBeGreaterThan(0);
      }));

    test('has the same time in every turn', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const first = await worker.activation();
        await worker.suspend(first);
        await nextMillisecond();
        await bench.signal(id, 'again');
        const second = await worker.activation();
        expect(second.execution.workflowTaskTimeMillis).toBe(first.execution.workflowTaskTimeMillis);
        expect(second.execution.createdAtMs).toBe(first.execution.createdAtMs);
      }));

    test('gets its input as it was sent, numbers beyond the reach of a double included', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const text = '{"big":12345678901234567890,"exact":0.10000000000000000555}';
        await bench.start({ input: Buffer.from(text) });
        expect(toText((await worker.activation()).execution.input).replaceAll(/\s/g, '')).toBe(text);
      }));

    test('without an input has null', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start({ input: new Uint8Array() });
        expect((await bench.history(id))[0]?.data).toMatchObject({ input: null });
        expect(fromBytes((await worker.activation()).execution.input)).toBeNull();
      }));

    test('with a higher priority comes before older ones, with a lower one after younger ones', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const late = await bench.start({ prioritySeconds: -100 });
        await nextMillisecond();
        const usual = await bench.start();
        await nextMillisecond();
        const soon = await bench.start({ prioritySeconds: 100 });
        const given = [await worker.activation(), await worker.activation(), await worker.activation()];
        expect(given.map(({ id }) => id)).toEqual([soon, usual, late]);
        expect(given[0]?.execution.priorityMs).toBe(100_000);
      }));

    test('keeps its metadata', (context) =>
      withRest(context, async (bench, rest) => {
        const id = await bench.start({ metadata: { customer: 'acme', region: 'north' } });
        const { status, json } = await rest('GET', `/workflow-executions/${id}`);
        expect(status).toBe(200);
        expect(json['metadata']).toEqual({ customer: 'acme', region: 'north' });
      }));
  });

  describe('an idempotency key', () => {
    const start = ({ caller, queue }: Bench, idempotencyKey: string | undefined, ttlSeconds?: number) =>
      caller.startWorkflow({
        orgId: caller.orgId,
        workflowKind: 'wire-workflow',
        queue,
        idempotencyKey,
        idempotencyKeyTtlSeconds: ttlSeconds,
      });

    test('that is not given makes every start a new execution', () =>
      withBench(async (bench) => {
        const [first, second] = [await start(bench, undefined), await start(bench, undefined)];
        expect(first).toMatchObject({ idempotencyKeyUsed: false, idempotencyKeyNew: true });
        expect(second.workflowExecutionId).not.toBe(first.workflowExecutionId);
      }));

    test('finds the execution that was started with it', () =>
      withBench(async (bench) => {
        const key = randomUUID();
        const first = await start(bench, key);
        expect(first).toMatchObject({ idempotencyKeyUsed: true, idempotencyKeyNew: true });
        expect(await start(bench, key)).toEqual({ ...first, idempotencyKeyNew: false });
        expect((await start(bench, randomUUID())).workflowExecutionId).not.toBe(first.workflowExecutionId);
      }));

    test('used by ten callers at once is one execution', () =>
      withBench(async (bench) => {
        const key = randomUUID();
        const replies = await Promise.all(Array.from({ length: 10 }, () => start(bench, key)));
        expect(new Set(replies.map(({ workflowExecutionId }) => workflowExecutionId)).size).toBe(1);
        expect(replies.filter(({ idempotencyKeyNew }) => idempotencyKeyNew)).toHaveLength(1);
      }));

    test('of an execution that failed is free again, that of one that completed is not', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const key = randomUUID();
        const first = await start(bench, key);
        await worker.fail(await worker.activation(), 'no luck');
        const second = await start(bench, key);
        expect(second).toMatchObject({ idempotencyKeyUsed: true, idempotencyKeyNew: true });
        expect(second.workflowExecutionId).not.toBe(first.workflowExecutionId);
        await worker.complete(await worker.activation());
        expect(await start(bench, key)).toEqual({ ...second, idempotencyKeyNew: false });
      }));

    test('is free again when its time is over', () =>
      withBench(async (bench) => {
        const key = randomUUID();
        const first = await start(bench, key, 1);
        const second = await eventually('the key to be free', async () => {
          const reply = await start(bench, key, 1);
          return reply.idempotencyKeyNew && reply;
        });
        expect(second.workflowExecutionId).not.toBe(first.workflowExecutionId);
      }));

    test.each([2_592_001, -1])('may not live for %i seconds', (ttlSeconds) =>
      withBench(async (bench) => {
        expect(await statusOf(start(bench, randomUUID(), ttlSeconds))).toBe('INVALID_ARGUMENT');
        expect(await statusOf(start(bench, randomUUID(), 2_592_000))).toBe('OK');
      }),
    );
  });

  describe('a visual workflow', () => {
    test('is nothing this protocol has any more', () =>
      withBench(async ({ caller }) => {
        const call = caller.getVisualWorkflowDefinitionById({ workflowDefinitionId: randomUUID() });
        expect(await statusOf(call)).toMatch(/^(NOT_FOUND|UNIMPLEMENTED)$/);
      }));
  });
}
