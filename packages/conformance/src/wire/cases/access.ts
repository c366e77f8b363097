import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import type { Caller } from '../caller.js';
import { createPromise, scheduleTask } from '../commands.js';
import { toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';
import { CALLS_BY_ID, CALLS_BY_ORG } from './refusals.js';

/** Every call there is. */
const CALLS: readonly (readonly [string, (caller: Caller) => Promise<unknown>])[] = [
  ...CALLS_BY_ID.map(([name, attempt]) => [name, (caller: Caller) => attempt(caller, randomUUID())] as const),
  ...CALLS_BY_ORG.map(([name, attempt]) => [name, (caller: Caller) => attempt(caller, caller.orgId)] as const),
  ['ResolvePromise', (caller) => caller.resolvePromise({ promiseId: randomUUID(), value: toBytes(1) })],
  ['RejectPromise', (caller) => caller.rejectPromise({ promiseId: randomUUID(), error: 'no' })],
  ['ReportExecutionSpans', (caller) => caller.reportExecutionSpans({ spans: [] })],
];

/** What is asked about an execution, and what about a task of it. */
const OF_EXECUTIONS = CALLS_BY_ID.filter(([name]) => /Workflow|GetEvents|of an execution/.test(name));
const OF_TASKS = CALLS_BY_ID.filter(([name]) => !/Workflow|GetEvents|of an execution|SendHeartbeat/.test(name));

export function accessSuite({ withNeighbour, openAs }: Wire): void {
  async function asStranger(key: string | undefined, attempt: (caller: Caller) => Promise<unknown>): Promise<string> {
    const stranger = openAs(key);
    try {
      return await statusOf(attempt(stranger));
    } finally {
      stranger.close();
    }
  }

  test.each(CALLS)('%s without a key is UNAUTHENTICATED', async (_name, attempt) => {
    expect(await asStranger(undefined, attempt)).toBe('UNAUTHENTICATED');
  });

  // A few only: a server may well grow tired of somebody who tries key after key.
  test.each(CALLS.slice(0, 3))('%s with a key nobody has is UNAUTHENTICATED', async (_name, attempt) => {
    expect(await asStranger(`flovyn_wk_unknown_${randomUUID()}`, attempt)).toBe('UNAUTHENTICATED');
  });

  describe('a key of another organisation', () => {
    test('finds no execution of this one', (context) =>
      withNeighbour(context, async (bench, neighbour) => {
        const id = await bench.start();
        for (const [name, attempt] of OF_EXECUTIONS) {
          expect([name, await statusOf(attempt(neighbour, id))]).toEqual([name, 'NOT_FOUND']);
        }
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED']);
      }));

    test('finds no task of this one', (context) =>
      withNeighbour(context, async (bench, neighbour) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const taskExecutionId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleTask(taskExecutionId)]);
        const task = await worker.task();
        for (const [name, attempt] of OF_TASKS) {
          expect([name, await statusOf(attempt(neighbour, taskExecutionId))]).toEqual([name, 'NOT_FOUND']);
        }
        await worker.completeTask(task, 'untouched');
        expect((await bench.fact(id, 'TASK_COMPLETED')).data['output']).toBe('untouched');
      }));

    test('finds no promise and no worker of this one', (context) =>
      withNeighbour(context, async (bench, neighbour) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [createPromise('approval')]);
        const promiseId = await bench.promiseId(id, 'approval');
        for (const each of [promiseId, `${id}/approval`]) {
          expect(await statusOf(neighbour.resolvePromise({ promiseId: each, value: toBytes(1) }))).toBe('NOT_FOUND');
          expect(await statusOf(neighbour.rejectPromise({ promiseId: each, error: 'no' }))).toBe('NOT_FOUND');
        }
        expect(await statusOf(neighbour.sendHeartbeat({ workerId: worker.id }))).toBe('NOT_FOUND');
      }));

    test('is given no work of this one, though it names the same queue', (context) =>
      withNeighbour(context, async (bench, neighbour) => {
        await bench.start();
        await bench.startTask();
        const poll = { workerId: 'wire', orgId: neighbour.orgId, queue: bench.queue, timeoutSeconds: 1 };
        expect((await neighbour.pollWorkflow(poll)).workflowExecution).toBeUndefined();
        expect((await neighbour.pollTask(poll)).task).toBeUndefined();
      }));

    test('does not share idempotency keys and caller-chosen ids with this one', (context) =>
      withNeighbour(context, async (bench, neighbour) => {
        const key = randomUUID();
        const start = (caller: Caller) =>
          caller.startWorkflow({
            orgId: caller.orgId,
            workflowKind: 'wire-workflow',
            queue: bench.queue,
            idempotencyKey: key,
          });
        const [mine, theirs] = [await start(bench.caller), await start(neighbour)];
        expect(theirs.idempotencyKeyNew).toBe(true);
        expect(theirs.workflowExecutionId).not.toBe(mine.workflowExecutionId);
      }));

    test('may not name this one', (context) =>
      withNeighbour(context, async (bench, neighbour) => {
        for (const [name, attempt] of CALLS_BY_ORG) {
          expect([name, await statusOf(attempt(neighbour, bench.caller.orgId))]).toEqual([name, 'PERMISSION_DENIED']);
        }
      }));
  });
}
