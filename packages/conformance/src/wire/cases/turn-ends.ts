import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import {
  type ForeignCommand,
  createPromise,
  recordOperation,
  scheduleChild,
  scheduleTask,
  startTimer,
} from '../commands.js';
import { statusOf } from '../refusal.js';
import { STYLE_NAMES } from '../worker-style.js';

const task = (): ForeignCommand => scheduleTask(randomUUID());
const child = (): ForeignCommand => scheduleChild('invoice', randomUUID(), { queue: `wire-${randomUUID()}` });
const promise = (): ForeignCommand => createPromise('approval');
const timer = (): ForeignCommand => startTimer('sleep-1', 3_600_000);

export function turnEndsSuite({ withBench }: Wire): void {
  describe.each(STYLE_NAMES)('a turn that waits, as a worker of the style %s ends it', (style) => {
    test('is recorded, and the execution is given to nobody', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        const id = await bench.start();
        await worker.suspend(await worker.activation());
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED', 'WORKFLOW_SUSPENDED']);
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }));
  });

  describe('what a turn waits for', () => {
    test.each([
      ['Waiting for task 3f2b1c00-0000-4000-8000-000000000000 to complete', 'SUSPEND_TYPE_TASK'],
      ['Waiting for timer sleep-1 to fire', 'SUSPEND_TYPE_TIMER'],
      ['Waiting for promise approval to be resolved', 'SUSPEND_TYPE_PROMISE'],
      ['Waiting for child workflow invoice to complete', 'SUSPEND_TYPE_CHILD_WORKFLOW'],
      ['Waiting for signal', 'SUSPEND_TYPE_SIGNAL'],
    ])('is read from the reason "%s"', (reason, suspendType) =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style: 'rust' });
        const id = await bench.start();
        // Two are open, so that only the words can tell.
        const open = reason.includes('task') ? [timer(), promise()] : [task(), timer()];
        await worker.suspend(await worker.activation(), reason === 'Waiting for signal' ? [timer()] : open, reason);
        const { data } = await bench.fact(id, 'WORKFLOW_SUSPENDED');
        expect(data).toMatchObject({ reason, suspendType });
      }),
    );

    test.each([
      ['a task before all others', () => [timer(), promise(), child(), task()], 'SUSPEND_TYPE_TASK'],
      ['a child before a promise', () => [timer(), promise(), child()], 'SUSPEND_TYPE_CHILD_WORKFLOW'],
      ['a promise before a timer', () => [timer(), promise()], 'SUSPEND_TYPE_PROMISE'],
      ['a timer', () => [timer()], 'SUSPEND_TYPE_TIMER'],
      ['a signal, when nothing is open', () => [recordOperation('a', 1)], 'SUSPEND_TYPE_SIGNAL'],
    ])('is read from what is open when it does not say: %s', (_what, commands, suspendType) =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style: 'ffi' });
        const id = await bench.start();
        await worker.suspend(await worker.activation(), commands());
        expect((await bench.fact(id, 'WORKFLOW_SUSPENDED')).data).toMatchObject({ suspendType });
      }),
    );
  });

  describe('a turn that ends', () => {
    test.each(STYLE_NAMES)('COMPLETED leaves the output, with a worker of the style %s', (style) =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        const id = await bench.start();
        await worker.complete(await worker.activation(), { sum: [1, 2] });
        expect(await bench.end(id)).toMatchObject({
          type: 'WORKFLOW_COMPLETED',
          data: { output: { sum: [1, 2] } },
        });
      }),
    );

    test('COMPLETED without its command has null for an output', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.submit(await worker.activation(), [], 'COMPLETED');
        expect(await bench.end(id)).toMatchObject({ type: 'WORKFLOW_COMPLETED', data: { output: null } });
      }));

    test('FAILED leaves what went wrong, and is not tried again', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.fail(await worker.activation(), 'out of stock', 'BUSINESS_LOGIC');
        expect(await bench.end(id)).toMatchObject({
          type: 'WORKFLOW_EXECUTION_FAILED',
          data: { error: 'out of stock', stackTrace: 'at a line of code', failureType: 'BUSINESS_LOGIC' },
        });
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }));

    test('FAILED without its command says that the error is unknown', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.submit(await worker.activation(), [], 'FAILED');
        expect(await bench.end(id)).toMatchObject({
          type: 'WORKFLOW_EXECUTION_FAILED',
          data: { error: 'Unknown' },
        });
      }));

    test('FAILED as cancelled is a failure, when nobody asked for the cancellation', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style: 'ffi' });
        const id = await bench.start();
        await worker.fail(await worker.activation(), 'Workflow cancelled', 'CANCELLED');
        expect(await bench.end(id)).toMatchObject({
          type: 'WORKFLOW_EXECUTION_FAILED',
          data: { error: 'Workflow cancelled', failureType: 'CANCELLED' },
        });
      }));

    test('RUNNING has only said something, and goes on', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        await worker.submit(turn, [recordOperation('a', 1)], 'RUNNING');
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED', 'OPERATION_COMPLETED']);
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
        await worker.complete(turn, 'done');
        expect((await bench.end(id)).data).toMatchObject({ output: 'done' });
      }));

    test.each(['never claimed', 'waiting', 'ended'])('is refused for an execution that is %s', (state) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        if (state !== 'never claimed') {
          const turn = await worker.activation();
          await (state === 'waiting' ? worker.suspend(turn) : worker.complete(turn));
        }
        const before = await bench.history(id);
        const late = { id, events: before };
        expect(await statusOf(worker.suspend(late))).toBe('FAILED_PRECONDITION');
        expect(await statusOf(worker.complete(late, 'late'))).toBe('FAILED_PRECONDITION');
        expect(await bench.history(id)).toEqual(before);
      }),
    );
  });
}
