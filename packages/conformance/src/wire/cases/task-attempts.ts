import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { type TaskOptions, scheduleTask } from '../commands.js';
import { statusOf } from '../refusal.js';

/** An execution that waits for one task. */
async function withTask(bench: Bench, options: TaskOptions = {}) {
  const worker = await bench.worker();
  const id = await bench.start();
  const taskExecutionId = randomUUID();
  await worker.suspend(await worker.activation(), [scheduleTask(taskExecutionId, options)]);
  return { worker, id, taskExecutionId };
}

/** What the history says of the task after it was scheduled. */
async function closing({ history }: Bench, id: string) {
  return (await history(id)).filter(({ type }) => /^TASK_(COMPLETED|FAILED|CANCELLED)$/.test(type));
}

export function taskAttemptsSuite({ withBench }: Wire): void {
  describe('a task that fails', () => {
    test.each([
      ['four attempts when nothing is said', {}, 4],
      ['one attempt when it may not be retried', { maxRetries: 0 }, 1],
      ['three attempts when it may be retried twice', { maxRetries: 2 }, 3],
    ])('has %s, and fails with the last error', (_what, options, attempts) =>
      withBench(async (bench) => {
        const { worker, id, taskExecutionId } = await withTask(bench, options);
        for (let attempt = 1; attempt <= attempts; attempt += 1) {
          expect(await closing(bench, id)).toEqual([]);
          const task = await worker.task();
          expect(task).toMatchObject({ taskExecutionId, executionCount: attempt });
          await worker.failTask(task, `attempt ${attempt}`);
        }
        const turn = await worker.activation();
        expect(turn.id).toBe(id);
        const lines = await closing(bench, id);
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatchObject({
          type: 'TASK_FAILED',
          data: { taskExecutionId, kind: 'wire-task', error: `attempt ${attempts}` },
        });
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
      }),
    );

    test('and then succeeds has only succeeded', () =>
      withBench(async (bench) => {
        const { worker, id } = await withTask(bench);
        await worker.failTask(await worker.task(), 'not yet');
        const again = await worker.task();
        expect(again.executionCount).toBe(2);
        await worker.completeTask(again, 'at last');
        await worker.activation();
        expect(await closing(bench, id)).toMatchObject([{ type: 'TASK_COMPLETED', data: { output: 'at last' } }]);
      }));

    test('reaches the code as an error it can catch', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style: 'ffi' });
        worker.serve({
          workflows: {
            'wire-workflow': ({ task }) =>
              task('wire-task', null, { maxRetries: 0 }).catch(
                (error: unknown) => `caught: ${(error as Error).message}`,
              ),
          },
          tasks: {
            'wire-task': () => {
              throw new Error('out of paper');
            },
          },
        });
        expect((await bench.end(await bench.start())).data['output']).toBe('caught: out of paper');
      }));
  });

  describe('a task with a timeout', () => {
    test.each(['nobody does it', 'it is being done'])('fails for good when the time is over while %s', (state) =>
      withBench(async (bench) => {
        const { worker, id, taskExecutionId } = await withTask(bench, { timeoutMs: 700 });
        if (state === 'it is being done') await worker.task();
        const turn = await worker.activation();
        expect(turn.id).toBe(id);
        const [line, ...more] = await closing(bench, id);
        expect(more).toEqual([]);
        expect(line).toMatchObject({ type: 'TASK_FAILED', data: { taskExecutionId } });
        expect(String(line?.data['error']).toLowerCase()).toContain('timed out');
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
        // What the worker still says of it changes nothing.
        expect(await statusOf(worker.completeTask(taskExecutionId, 'late'))).toBe('FAILED_PRECONDITION');
        expect(await statusOf(worker.failTask(taskExecutionId, 'late'))).toMatch(/^(OK|FAILED_PRECONDITION)$/);
        expect(await closing(bench, id)).toHaveLength(1);
      }),
    );

    test('that is done in time is done', () =>
      withBench(async (bench) => {
        const { worker, id } = await withTask(bench, { timeoutMs: 60_000 });
        await worker.completeTask(await worker.task(), 1);
        await worker.complete(await worker.activation());
        expect(await closing(bench, id)).toMatchObject([{ type: 'TASK_COMPLETED' }]);
      }));
  });

  describe('a task that was told to be complete', () => {
    test('twice is complete once, and the second time is no error', () =>
      withBench(async (bench) => {
        const { worker, id } = await withTask(bench);
        const task = await worker.task();
        await worker.completeTask(task, 'first');
        expect(await statusOf(worker.completeTask(task, 'second'))).toBe('OK');
        expect(await closing(bench, id)).toMatchObject([{ data: { output: 'first' } }]);
      }));

    test('does not fail afterwards', () =>
      withBench(async (bench) => {
        const { worker, id } = await withTask(bench);
        const task = await worker.task();
        await worker.completeTask(task, 'first');
        expect(await statusOf(worker.failTask(task, 'late'))).toMatch(/^(OK|FAILED_PRECONDITION)$/);
        expect(await closing(bench, id)).toMatchObject([{ type: 'TASK_COMPLETED' }]);
      }));

    test('after it failed for good stays failed', () =>
      withBench(async (bench) => {
        const { worker, id } = await withTask(bench, { maxRetries: 0 });
        const task = await worker.task();
        await worker.failTask(task, 'no');
        expect(await statusOf(worker.completeTask(task, 'late'))).toBe('FAILED_PRECONDITION');
        expect(await closing(bench, id)).toMatchObject([{ type: 'TASK_FAILED' }]);
      }));
  });

  describe('a task that is cancelled', () => {
    test.each(['PENDING', 'RUNNING'])('while %s is a failure the code can see, and is never done again', (state) =>
      withBench(async (bench) => {
        const { worker, id, taskExecutionId } = await withTask(bench);
        if (state === 'RUNNING') await worker.task();
        await bench.caller.cancelTask({ taskExecutionId });
        const turn = await worker.activation();
        expect(turn.id).toBe(id);
        // A foreign worker does not look at TASK_CANCELLED.
        expect(await closing(bench, id)).toMatchObject([
          {
            type: 'TASK_FAILED',
            data: { taskExecutionId, error: 'Task cancelled', retryable: false, cancelled: true },
          },
        ]);
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
      }),
    );

    test('tells its worker by an error of the next heartbeat', () =>
      withBench(async (bench) => {
        const { worker, taskExecutionId } = await withTask(bench);
        const task = await worker.task();
        expect(await statusOf(bench.caller.heartbeat({ taskExecutionId }))).toBe('OK');
        await bench.caller.cancelTask({ taskExecutionId });
        expect(await statusOf(bench.caller.heartbeat({ taskExecutionId }))).toMatch(
          /^(FAILED_PRECONDITION|CANCELLED)$/,
        );
        expect(await statusOf(worker.completeTask(task))).toBe('FAILED_PRECONDITION');
      }));

    test('a second time is no error', () =>
      withBench(async (bench) => {
        const { id, taskExecutionId } = await withTask(bench);
        await bench.caller.cancelTask({ taskExecutionId });
        expect(await statusOf(bench.caller.cancelTask({ taskExecutionId }))).toBe('OK');
        expect(await closing(bench, id)).toHaveLength(1);
      }));

    test.each(['COMPLETED', 'FAILED'])('after it is %s is refused', (state) =>
      withBench(async (bench) => {
        const { worker, taskExecutionId } = await withTask(bench, { maxRetries: 0 });
        const task = await worker.task();
        await (state === 'FAILED' ? worker.failTask(task, 'no') : worker.completeTask(task));
        expect(await statusOf(bench.caller.cancelTask({ taskExecutionId }))).toBe('FAILED_PRECONDITION');
      }),
    );
  });
}
