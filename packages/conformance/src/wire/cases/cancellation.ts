import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { createPromise, recordOperation, scheduleChild, scheduleTask, startTimer } from '../commands.js';
import { toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';
import type { Rest } from '../rest.js';

const cancel = (rest: Rest, id: string) =>
  rest('POST', `/workflow-executions/${id}/cancel`, { reason: 'changed my mind' });

export function cancellationSuite({ withRest }: Wire): void {
  describe('cancelling an execution', () => {
    test('that nobody has claimed ends it at once', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        expect(await cancel(rest, id)).toMatchObject({ status: 200, json: { workflowExecutionId: id } });
        const lines = await bench.history(id);
        expect(lines.map(({ type }) => type)).toEqual([
          'WORKFLOW_STARTED',
          'CANCELLATION_REQUESTED',
          'WORKFLOW_CANCELLED',
        ]);
        expect(lines[1]?.data).toMatchObject({ reason: 'changed my mind' });
        expect(lines[2]?.data).toMatchObject({ reason: 'changed my mind' });
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }));

    test('that waits ends it at once, with everything it waited for', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const [taskExecutionId, childId] = [randomUUID(), randomUUID()];
        await worker.suspend(await worker.activation(), [
          scheduleTask(taskExecutionId),
          startTimer('sleep-1', 200),
          createPromise('approval'),
          scheduleChild('son', childId, { queue: `${bench.queue}-children` }),
        ]);
        const promiseId = await bench.promiseId(id, 'approval');
        expect((await cancel(rest, id)).status).toBe(200);
        expect((await bench.end(id)).type).toBe('WORKFLOW_CANCELLED');
        expect((await bench.end(childId)).type).toBe('WORKFLOW_CANCELLED');
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
        expect(await statusOf(bench.caller.resolvePromise({ promiseId, value: toBytes(1) }))).toBe(
          'FAILED_PRECONDITION',
        );
        // By now the timer's time is over too.
        expect((await bench.facts(id)).at(-1)).toBe('WORKFLOW_CANCELLED');
      }));

    test('that is ready to go on ends it at once', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation());
        await bench.signal(id, 'go on');
        await cancel(rest, id);
        expect((await bench.end(id)).type).toBe('WORKFLOW_CANCELLED');
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }));

    test('that runs lets its turn end, and cancels it where it would wait', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        expect((await cancel(rest, id)).status).toBe(200);
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED', 'CANCELLATION_REQUESTED']);
        await worker.suspend(turn, [recordOperation('last', 1), scheduleTask(randomUUID())]);
        expect((await bench.end(id)).type).toBe('WORKFLOW_CANCELLED');
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
        expect(await statusOf(worker.suspend(turn))).toBe('FAILED_PRECONDITION');
      }));

    test.for([
      ['COMPLETED', 'WORKFLOW_COMPLETED'],
      ['FAILED', 'WORKFLOW_EXECUTION_FAILED'],
      ['FAILED as cancelled', 'WORKFLOW_CANCELLED'],
    ])('that runs takes the end of its turn: %s', ([how, fact], context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        await cancel(rest, id);
        if (how === 'COMPLETED') await worker.complete(turn, 'done all the same');
        else await worker.fail(turn, 'no', how === 'FAILED' ? 'ERROR' : 'CANCELLED');
        expect((await bench.end(id)).type).toBe(fact);
      }),
    );

    test('that has ended is a conflict', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.complete(await worker.activation());
        expect((await cancel(rest, id)).status).toBe(409);
        expect((await bench.facts(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      }));

    test('that does not exist is not found', (context) =>
      withRest(context, async (_bench, rest) => {
        expect((await cancel(rest, randomUUID())).status).toBe(404);
      }));

    test('leaves a running task to its worker, which learns of it', (context) =>
      withRest(context, async (bench, rest) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const taskExecutionId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleTask(taskExecutionId)]);
        await worker.task();
        await cancel(rest, id);
        await bench.end(id);
        expect(await statusOf(bench.caller.heartbeat({ taskExecutionId }))).toMatch(
          /^(FAILED_PRECONDITION|CANCELLED)$/,
        );
        expect(await statusOf(worker.completeTask(taskExecutionId, 'late'))).toBe('FAILED_PRECONDITION');
        expect((await bench.facts(id)).at(-1)).toBe('WORKFLOW_CANCELLED');
      }));
  });
}
