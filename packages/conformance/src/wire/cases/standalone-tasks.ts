import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { eventually } from '../conditions.js';
import { fromBytes, toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';

export function standaloneTasksSuite({ withBench, withRest }: Wire): void {
  describe('a task of its own', () => {
    test('is handed over without an execution', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ tasks: ['wire-export'] });
        const id = await bench.startTask({ kind: 'wire-export', input: toBytes({ rows: 3 }) });
        const task = await worker.task();
        expect(task).toMatchObject({
          taskExecutionId: id,
          kind: 'wire-export',
          workflowExecutionId: '',
          executionCount: 1,
          queue: bench.queue,
        });
        expect(fromBytes(task.input)).toEqual({ rows: 3 });
        await worker.completeTask(task, 'done');
      }));

    test('that belongs to an execution says so, and the history stays whole', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const workflowExecutionId = await bench.start();
        const id = await bench.startTask({ workflowExecutionId });
        const task = await worker.task();
        expect(task).toMatchObject({ taskExecutionId: id, workflowExecutionId });
        await worker.completeTask(task, 'done');
        await worker.complete(await worker.activation());
      }));

    test.each([
      [0, 1],
      [2, 3],
    ])('that may be retried %i times has %i attempts', (maxRetries, attempts) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const taskExecutionId = await bench.startTask({ maxRetries });
        for (let attempt = 1; attempt <= attempts; attempt += 1) {
          const task = await worker.task();
          expect(task).toMatchObject({ taskExecutionId, executionCount: attempt });
          await worker.failTask(task, 'no');
        }
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
      }),
    );

    test('is cancelled before anybody does it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const taskExecutionId = await bench.startTask();
        await bench.caller.cancelTask({ taskExecutionId });
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
      }));

    test('with a timeout fails for good when the time is over', (context) =>
      withRest(context, async (bench, rest) => {
        const id = await bench.startTask({ timeoutMs: 500, maxRetries: 3 });
        const failed = await eventually('the task to fail', async () => {
          const { json } = await rest('GET', `/task-executions/${id}`);
          return json['status'] === 'FAILED' && json;
        });
        expect(String(failed['error']).toLowerCase()).toContain('timed out');
      }));

    test('shows its output and its attempts to those who ask', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.startTask({ maxRetries: 1 });
        await worker.failTask(await worker.task(), 'not yet');
        await worker.completeTask(await worker.task(), { rows: 3 });
        const { json } = await rest('GET', `/task-executions/${id}`);
        expect(json).toMatchObject({ id, status: 'COMPLETED', output: { rows: 3 }, executionCount: 2 });
        const attempts = (await rest('GET', `/task-executions/${id}/attempts`)).json['attempts'];
        expect(attempts).toMatchObject([
          { attempt: 1, status: 'FAILED', error: 'not yet' },
          { attempt: 2, status: 'COMPLETED', output: { rows: 3 } },
        ]);
      }));
  });

  describe('the idempotency key of a task of its own', () => {
    const submit = ({ caller, queue }: Bench, idempotencyKey?: string) =>
      caller.submitTask({ orgId: caller.orgId, kind: 'wire-task', queue, idempotencyKey });

    test('finds the task that was created with it', () =>
      withBench(async (bench) => {
        const key = randomUUID();
        const first = await submit(bench, key);
        expect(first).toMatchObject({ idempotencyKeyUsed: true, idempotencyKeyNew: true });
        expect(await submit(bench, key)).toEqual({ ...first, idempotencyKeyNew: false });
        expect(await submit(bench)).toMatchObject({ idempotencyKeyUsed: false, idempotencyKeyNew: true });
      }));

    test('is free again when the task has failed', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const key = randomUUID();
        const first = await submit(bench, key);
        // Unset retries of a task of its own are none.
        await worker.failTask(await worker.task(), 'no');
        const second = await submit(bench, key);
        expect(second.idempotencyKeyNew).toBe(true);
        expect(second.taskExecutionId).not.toBe(first.taskExecutionId);
      }));

    test('may not live longer than thirty days', () =>
      withBench(async ({ caller, queue }) => {
        const message = { orgId: caller.orgId, kind: 'wire-task', queue, idempotencyKey: randomUUID() };
        const call = caller.submitTask({ ...message, idempotencyKeyTtlSeconds: 2_592_001 });
        expect(await statusOf(call)).toBe('INVALID_ARGUMENT');
      }));
  });
}
