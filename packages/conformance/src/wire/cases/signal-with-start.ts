import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { toBytes } from '../json-bytes.js';

function signalWithStart({ caller, queue }: Bench, workflowId: string, signalName: string, value: unknown) {
  return caller.signalWithStartWorkflow({
    orgId: caller.orgId,
    workflowId,
    workflowKind: 'wire-workflow',
    workflowInput: toBytes({ first: value }),
    queue,
    signalName,
    signalValue: toBytes(value),
  });
}

export function signalWithStartSuite({ withBench }: Wire): void {
  describe('a signal with start', () => {
    test('starts an execution that has the signal before anybody can claim it', () =>
      withBench(async (bench) => {
        const reply = await signalWithStart(bench, randomUUID(), 'order', { n: 1 });
        expect(reply.workflowCreated).toBe(true);
        const lines = await bench.history(reply.workflowExecutionId);
        expect(lines.map(({ type }) => type)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED']);
        expect(lines[0]?.data).toMatchObject({ input: { first: { n: 1 } } });
        expect(lines[1]?.data).toMatchObject({ signalName: 'order', signalValue: { n: 1 } });
        expect(reply.signalEventSequence).toBe(2);
      }));

    test('is seen by the first line of code', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const { workflowExecutionId } = await signalWithStart(bench, randomUUID(), 'order', 'tea');
        const { end } = await worker.play(await worker.activation(), async (context) => [
          context.hasSignal('order'),
          await context.signal('order'),
          context.hasSignal('order'),
        ]);
        expect(end).toEqual({ type: 'completed', output: [true, 'tea', false] });
        expect((await bench.end(workflowExecutionId)).data['output']).toEqual([true, 'tea', false]);
      }));

    test('to an execution that is open is a signal and no start', () =>
      withBench(async (bench) => {
        const workflowId = randomUUID();
        const first = await signalWithStart(bench, workflowId, 'order', 1);
        const second = await signalWithStart(bench, workflowId, 'order', 2);
        expect(second).toEqual({
          workflowExecutionId: first.workflowExecutionId,
          workflowCreated: false,
          signalEventSequence: 3,
        });
        const lines = await bench.history(first.workflowExecutionId);
        expect(lines.map(({ data }) => data['signalValue'])).toEqual([undefined, 1, 2]);
      }));

    test('wakes an execution that waits', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const workflowId = randomUUID();
        const { workflowExecutionId } = await signalWithStart(bench, workflowId, 'order', 1);
        await worker.suspend(await worker.activation());
        await signalWithStart(bench, workflowId, 'order', 2);
        expect((await worker.activation()).id).toBe(workflowExecutionId);
      }));

    test.each(['COMPLETED', 'FAILED'])('to an execution that is %s starts another', (how) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const workflowId = randomUUID();
        const first = await signalWithStart(bench, workflowId, 'order', 1);
        const turn = await worker.activation();
        await (how === 'FAILED' ? worker.fail(turn, 'no') : worker.complete(turn));
        const second = await signalWithStart(bench, workflowId, 'order', 2);
        expect(second.workflowCreated).toBe(true);
        expect(second.workflowExecutionId).not.toBe(first.workflowExecutionId);
        expect((await bench.history(second.workflowExecutionId)).at(-1)?.data['signalValue']).toBe(2);
      }),
    );

    test('of ten callers at once is one execution with ten signals', () =>
      withBench(async (bench) => {
        const workflowId = randomUUID();
        const values = Array.from({ length: 10 }, (_, n) => n);
        const replies = await Promise.all(values.map((n) => signalWithStart(bench, workflowId, 'order', n)));
        const ids = new Set(replies.map(({ workflowExecutionId }) => workflowExecutionId));
        expect(ids.size).toBe(1);
        expect(replies.filter(({ workflowCreated }) => workflowCreated)).toHaveLength(1);
        expect(new Set(replies.map(({ signalEventSequence }) => signalEventSequence)).size).toBe(10);
        const lines = await bench.history([...ids][0] ?? '');
        const signals = lines.filter(({ type }) => type === 'SIGNAL_RECEIVED');
        expect(new Set(signals.map(({ data }) => data['signalValue']))).toEqual(new Set(values));
      }));
  });
}
