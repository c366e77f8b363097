import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import {
  cancelTimer,
  clearState,
  createPromise,
  recordOperation,
  scheduleChild,
  scheduleTask,
  setState,
  startTimer,
} from '../commands.js';
import { type HistoryLine, isTerminal } from '../history.js';
import { toBytes } from '../json-bytes.js';

interface Keys {
  /** What workers, clients and people read. */
  readonly always: readonly string[];
  /** What stands there when it was asked for. */
  readonly sometimes?: readonly string[];
}

const child = ['childExecutionName', 'childExecutionId'];
const promise = ['promiseId', 'promiseName'];

/** The data of every fact, by its keys. A key that is not here is read by nobody, and one that is missing breaks somebody. */
const KEYS: Readonly<Record<string, Keys>> = {
  WORKFLOW_STARTED: { always: ['input'] },
  TASK_SCHEDULED: {
    always: ['taskExecutionId', 'kind', 'input', 'queue', 'maxRetries'],
    sometimes: ['timeoutMs', 'idempotencyKey'],
  },
  TASK_COMPLETED: { always: ['taskExecutionId', 'output', 'kind'] },
  TASK_FAILED: { always: ['taskExecutionId', 'error', 'kind'], sometimes: ['retryable', 'cancelled'] },
  TIMER_STARTED: { always: ['timerId', 'durationMs', 'fireAtMs'] },
  TIMER_FIRED: { always: ['timerId'] },
  TIMER_CANCELLED: { always: ['timerId'] },
  PROMISE_CREATED: { always: promise, sometimes: ['timeoutMs', 'idempotencyKey'] },
  PROMISE_RESOLVED: { always: [...promise, 'value'] },
  PROMISE_REJECTED: { always: [...promise, 'error'] },
  PROMISE_TIMEOUT: { always: promise },
  CHILD_WORKFLOW_INITIATED: { always: [...child, 'childworkflowExecutionId', 'childWorkflowKind', 'input', 'queue'] },
  CHILD_WORKFLOW_STARTED: { always: child },
  CHILD_WORKFLOW_COMPLETED: { always: [...child, 'childworkflowExecutionId', 'output'] },
  CHILD_WORKFLOW_FAILED: { always: [...child, 'childworkflowExecutionId', 'error'] },
  OPERATION_COMPLETED: { always: ['operationName', 'result'] },
  STATE_SET: { always: ['key', 'value'] },
  STATE_CLEARED: { always: ['key'] },
  SIGNAL_RECEIVED: { always: ['signalName', 'signalValue'], sometimes: ['withStart'] },
  CANCELLATION_REQUESTED: { always: ['reason', 'requestedBy'] },
  WORKFLOW_SUSPENDED: { always: ['reason', 'suspendType', 'waitingOn'] },
  WORKFLOW_COMPLETED: { always: ['output'] },
  WORKFLOW_EXECUTION_FAILED: { always: ['error', 'stackTrace', 'failureType'] },
  WORKFLOW_CANCELLED: { always: ['reason'] },
};

function assertKeys(lines: readonly HistoryLine[]): void {
  for (const { type, data } of lines) {
    const { always, sometimes = [] } = KEYS[type] ?? { always: [] };
    const present = Object.keys(data).filter((key) => !sometimes.includes(key));
    expect({ type, keys: present.toSorted() }).toEqual({ type, keys: always.toSorted() });
  }
}

/** A whole life: everything that can be asked for, done by tasks, children and callers, well and badly. */
async function liveThrough(bench: Bench) {
  const { caller } = bench;
  const worker = await bench.worker({ tasks: ['wire-good', 'wire-bad'], workflows: ['wire-workflow', 'wire-son'] });
  const id = await bench.start({ input: toBytes({ n: 1 }) });
  const turn = await worker.activation();
  const ids = { good: randomUUID(), bad: randomUUID(), son: randomUUID(), daughter: randomUUID() };
  await worker.suspend(turn, [
    recordOperation('price', 5),
    setState('step', 'one'),
    clearState('step'),
    scheduleTask(ids.good, { kind: 'wire-good', input: [1], timeoutMs: 60_000 }),
    scheduleTask(ids.bad, { kind: 'wire-bad', maxRetries: 0 }),
    startTimer('fires', 20),
    startTimer('cancelled', 3_600_000),
    cancelTimer('cancelled'),
    createPromise('resolved'),
    createPromise('rejected'),
    createPromise('late', { timeoutMs: 20 }),
    scheduleChild('son', ids.son, { kind: 'wire-son', input: 'hello' }),
    scheduleChild('daughter', ids.daughter, { kind: 'wire-son' }),
  ]);
  for (let tasks = 0; tasks < 2; tasks += 1) {
    const task = await worker.task();
    await (task.kind === 'wire-good' ? worker.completeTask(task, { rows: 3 }) : worker.failTask(task, 'no'));
  }
  for (let children = 0; children < 2; children += 1) {
    const { execution, ...given } = await worker.activation({ capabilities: ['wire-son'] });
    await (execution.id === ids.son ? worker.complete(given, 'grown up') : worker.fail(given, 'ran away'));
  }
  await caller.resolvePromise({ promiseId: await bench.promiseId(id, 'resolved'), value: toBytes('yes') });
  await caller.rejectPromise({ promiseId: await bench.promiseId(id, 'rejected'), error: 'too expensive' });
  await bench.fact(id, 'PROMISE_TIMEOUT');
  await bench.fact(id, 'TIMER_FIRED');
  await bench.signal(id, 'hello', { from: 'ann' });
  await worker.complete(await worker.activation({ capabilities: ['wire-workflow'] }), { sum: 6 });
  return { id, ids, lines: await bench.history(id) };
}

export function historyDataSuite({ withBench, withRest }: Wire): void {
  describe('the history', () => {
    test('of a whole life is complete, from 1, without a hole, and says in each fact what its readers look for', () =>
      withBench(async (bench) => {
        const { id, ids, lines } = await liveThrough(bench);
        assertKeys(lines);
        expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
        const types = new Set(lines.map(({ type }) => type));
        const missing = Object.keys(KEYS).filter((type) => !types.has(type));
        expect(missing).toEqual(['CANCELLATION_REQUESTED', 'WORKFLOW_EXECUTION_FAILED', 'WORKFLOW_CANCELLED']);
        expect(lines.filter(isTerminal)).toEqual(lines.slice(-1));

        const of = (type: string) => lines.filter((line) => line.type === type).map(({ data }) => data);
        const { good, bad, son, daughter } = ids;
        expect(of('WORKFLOW_STARTED')).toEqual([{ input: { n: 1 } }]);
        expect(of('OPERATION_COMPLETED')).toEqual([{ operationName: 'price', result: 5 }]);
        expect(of('STATE_SET')).toEqual([{ key: 'step', value: 'one' }]);
        expect(of('STATE_CLEARED')).toEqual([{ key: 'step' }]);
        expect(of('TASK_SCHEDULED')).toMatchObject([
          {
            taskExecutionId: good,
            kind: 'wire-good',
            input: [1],
            queue: bench.queue,
            maxRetries: 3,
            timeoutMs: 60_000,
          },
          { taskExecutionId: bad, kind: 'wire-bad', input: null, queue: bench.queue, maxRetries: 0 },
        ]);
        expect(of('TASK_COMPLETED')).toEqual([{ taskExecutionId: good, kind: 'wire-good', output: { rows: 3 } }]);
        expect(of('TASK_FAILED')).toMatchObject([{ taskExecutionId: bad, kind: 'wire-bad', error: 'no' }]);
        expect(of('TIMER_STARTED')).toMatchObject([
          { timerId: 'fires', durationMs: 20, fireAtMs: expect.any(Number) },
          { timerId: 'cancelled', durationMs: 3_600_000, fireAtMs: expect.any(Number) },
        ]);
        expect(of('TIMER_FIRED')).toEqual([{ timerId: 'fires' }]);
        expect(of('TIMER_CANCELLED')).toEqual([{ timerId: 'cancelled' }]);
        const [resolved, rejected, late] = of('PROMISE_CREATED');
        expect(of('PROMISE_RESOLVED')).toEqual([
          { promiseId: resolved?.['promiseId'], promiseName: 'resolved', value: 'yes' },
        ]);
        expect(of('PROMISE_REJECTED')).toEqual([
          { promiseId: rejected?.['promiseId'], promiseName: 'rejected', error: 'too expensive' },
        ]);
        expect(of('PROMISE_TIMEOUT')).toEqual([{ promiseId: late?.['promiseId'], promiseName: 'late' }]);
        expect(late?.['timeoutMs']).toBe(20);
        const called = (name: string, childId: string) => ({
          childExecutionName: name,
          childExecutionId: childId,
          childworkflowExecutionId: childId,
        });
        expect(of('CHILD_WORKFLOW_INITIATED')).toEqual([
          { ...called('son', son), childWorkflowKind: 'wire-son', input: 'hello', queue: bench.queue },
          { ...called('daughter', daughter), childWorkflowKind: 'wire-son', input: null, queue: bench.queue },
        ]);
        expect(of('CHILD_WORKFLOW_COMPLETED')).toEqual([{ ...called('son', son), output: 'grown up' }]);
        expect(of('CHILD_WORKFLOW_FAILED')).toEqual([{ ...called('daughter', daughter), error: 'ran away' }]);
        expect(of('SIGNAL_RECEIVED')).toMatchObject([{ signalName: 'hello', signalValue: { from: 'ann' } }]);
        expect(of('WORKFLOW_COMPLETED')).toEqual([{ output: { sum: 6 } }]);
        // Asked again, the same is said again.
        expect(await bench.history(id)).toEqual(lines);
      }));

    test('of a failure says what its readers look for', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.fail(await worker.activation(), 'out of stock');
        assertKeys(await bench.history(id));
      }));

    test('of a cancellation says what its readers look for', (context) =>
      withRest(context, async (bench, rest) => {
        const id = await bench.start();
        await rest('POST', `/workflow-executions/${id}/cancel`, { reason: 'changed my mind' });
        assertKeys(await bench.history(id));
      }));

    test('is the same over REST', (context) =>
      withRest(context, async (bench, rest) => {
        const id = await bench.start({ input: toBytes([1]) });
        await bench.signal(id, 'hello', 7);
        const { json } = await rest('GET', `/workflow-executions/${id}/events`);
        expect(json['events']).toMatchObject(
          (await bench.history(id)).map(({ sequence, type, data }) => ({
            sequenceNumber: sequence,
            eventType: type,
            data,
          })),
        );
      }));
  });
}
