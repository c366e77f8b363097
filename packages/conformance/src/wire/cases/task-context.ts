import { StreamEventType } from '@flovyn/protocol/grpc';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { fromBytes, toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';

/** A task that a worker holds. */
async function runningTask(bench: Bench) {
  const worker = await bench.worker();
  const taskExecutionId = await bench.startTask({ maxRetries: 3 });
  const task = await worker.task();
  return { worker, task, taskExecutionId };
}

const OUTPUT = [
  [StreamEventType.TOKEN, { type: 'token', text: 'Hel' }],
  [StreamEventType.PROGRESS, { type: 'progress', progress: 0.5, details: 'half' }],
  [StreamEventType.PROGRESS, { type: 'progress', progress: 1 }],
  [StreamEventType.DATA, { type: 'data', data: { rows: [1] } }],
  [StreamEventType.ERROR, { type: 'error', message: 'no paper', code: 'PAPER' }],
  [StreamEventType.ERROR, { type: 'error', message: 'no paper' }],
] as const;

export function taskContextSuite({ withBench, withRest }: Wire): void {
  describe('what a task keeps for itself', () => {
    test('is found under its key, and not under others', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { taskExecutionId } = await runningTask(bench);
        expect(await caller.getState({ taskExecutionId, key: 'page' })).toMatchObject({ found: false });
        await caller.setState({ taskExecutionId, key: 'page', value: toBytes({ n: 7 }) });
        await caller.setState({ taskExecutionId, key: 'none', value: toBytes(null) });
        const page = await caller.getState({ taskExecutionId, key: 'page' });
        expect([page.found, fromBytes(page.value)]).toEqual([true, { n: 7 }]);
        const none = await caller.getState({ taskExecutionId, key: 'none' });
        expect([none.found, fromBytes(none.value)]).toEqual([true, null]);
        const { keys } = await caller.getStateKeys({ taskExecutionId });
        expect(keys.toSorted()).toEqual(['none', 'page']);
      }));

    test('is overwritten, cleared by its key, and cleared whole', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { taskExecutionId } = await runningTask(bench);
        for (const key of ['a', 'b', 'c']) await caller.setState({ taskExecutionId, key, value: toBytes(key) });
        await caller.setState({ taskExecutionId, key: 'a', value: toBytes('again') });
        expect(fromBytes((await caller.getState({ taskExecutionId, key: 'a' })).value)).toBe('again');
        await caller.clearState({ taskExecutionId, key: 'b' });
        await caller.clearState({ taskExecutionId, key: 'b' });
        expect((await caller.getState({ taskExecutionId, key: 'b' })).found).toBe(false);
        expect((await caller.getStateKeys({ taskExecutionId })).keys.toSorted()).toEqual(['a', 'c']);
        await caller.clearAllState({ taskExecutionId });
        expect((await caller.getStateKeys({ taskExecutionId })).keys).toEqual([]);
      }));

    test('is there again in its next attempt', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { worker, task, taskExecutionId } = await runningTask(bench);
        await caller.setState({ taskExecutionId, key: 'page', value: toBytes(7) });
        await worker.failTask(task, 'crashed');
        expect((await worker.task()).executionCount).toBe(2);
        expect(fromBytes((await caller.getState({ taskExecutionId, key: 'page' })).value)).toBe(7);
      }));

    test('is not seen by another task', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { taskExecutionId } = await runningTask(bench);
        await caller.setState({ taskExecutionId, key: 'page', value: toBytes(7) });
        const other = await bench.startTask();
        expect((await caller.getState({ taskExecutionId: other, key: 'page' })).found).toBe(false);
      }));
  });

  describe('what a task says while it runs', () => {
    test.each([0, 0.5, 1, 1.5, -1])('is a progress of %d', (progress) =>
      withBench(async (bench) => {
        const { taskExecutionId } = await runningTask(bench);
        expect(await statusOf(bench.caller.reportProgress({ taskExecutionId, progress, details: 'rows' }))).toBe('OK');
      }),
    );

    test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('is no progress of %d', (progress) =>
      withBench(async (bench) => {
        const { taskExecutionId } = await runningTask(bench);
        expect(await statusOf(bench.caller.reportProgress({ taskExecutionId, progress }))).toBe('INVALID_ARGUMENT');
      }),
    );

    test('shows its progress to those who ask, never below 0 or above 1', (context) =>
      withRest(context, async (bench, rest) => {
        const { taskExecutionId } = await runningTask(bench);
        const shown = async () => (await rest('GET', `/task-executions/${taskExecutionId}`)).json;
        await bench.caller.reportProgress({ taskExecutionId, progress: 0.25, details: 'a quarter' });
        expect(await shown()).toMatchObject({ progress: 0.25, progressDetails: 'a quarter' });
        await bench.caller.reportProgress({ taskExecutionId, progress: 7, details: '' });
        expect(await shown()).toMatchObject({ progress: 1 });
      }));

    test.each(['DEBUG', 'INFO', 'WARN', 'ERROR', 'info'])('is a line of log at the level %s', (level) =>
      withBench(async (bench) => {
        const { taskExecutionId } = await runningTask(bench);
        expect(await statusOf(bench.caller.logMessage({ taskExecutionId, level, message: 'hello' }))).toBe('OK');
      }),
    );

    test('shows its log to those who ask', (context) =>
      withRest(context, async (bench, rest) => {
        const { taskExecutionId } = await runningTask(bench);
        await bench.caller.logMessage({ taskExecutionId, level: 'warn', message: 'careful' });
        const { json } = await rest('GET', `/task-executions/${taskExecutionId}/logs`);
        expect(json).toMatchObject({ total: 1, logs: [{ level: 'WARN', message: 'careful' }] });
      }));

    test('is acknowledged, whatever it streams', () =>
      withBench(async (bench) => {
        const { taskExecutionId } = await runningTask(bench);
        for (const [sequence, [type, payload]] of OUTPUT.entries()) {
          const message = {
            taskExecutionId,
            sequence,
            type,
            payload: JSON.stringify(payload),
            timestampMs: Date.now(),
          };
          expect(await bench.caller.streamTaskData(message)).toEqual({ acknowledged: true });
        }
      }));

    test.each([StreamEventType.STREAM_EVENT_TYPE_UNSPECIFIED, StreamEventType.UNRECOGNIZED])(
      'is refused when it streams something of the type %s',
      (type) =>
        withBench(async (bench) => {
          const { taskExecutionId } = await runningTask(bench);
          const message = { taskExecutionId, type, payload: JSON.stringify({ type: 'token', text: 'a' }) };
          expect(await statusOf(bench.caller.streamTaskData(message))).toBe('INVALID_ARGUMENT');
        }),
    );

    test('keeps it alive by heartbeats, and needs none', () =>
      withBench(async (bench) => {
        const { worker, task, taskExecutionId } = await runningTask(bench);
        await bench.caller.heartbeat({ taskExecutionId });
        await bench.caller.heartbeat({ taskExecutionId });
        await worker.completeTask(task);
      }));
  });

  describe('what a task says after it is complete', () => {
    test('is acknowledged all the same, for its worker sends it beside the completion', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { worker, task, taskExecutionId } = await runningTask(bench);
        await worker.completeTask(task);
        for (const [sequence, [type, payload]] of OUTPUT.entries()) {
          const message = {
            taskExecutionId,
            sequence,
            type,
            payload: JSON.stringify(payload),
            timestampMs: Date.now(),
          };
          expect(await caller.streamTaskData(message)).toEqual({ acknowledged: true });
        }
        expect(await statusOf(caller.reportProgress({ taskExecutionId, progress: 1 }))).toBe('OK');
        expect(await statusOf(caller.logMessage({ taskExecutionId, level: 'INFO', message: 'done' }))).toBe('OK');
      }));

    test('may be under way together with the completion', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const { worker, task, taskExecutionId } = await runningTask(bench);
        const tokens = Array.from({ length: 20 }, (_, sequence) =>
          caller.streamTaskData({
            taskExecutionId,
            sequence,
            type: 'TOKEN',
            payload: JSON.stringify({ type: 'token', text: String(sequence) }),
            timestampMs: Date.now(),
          }),
        );
        const [replies] = await Promise.all([Promise.all(tokens), worker.completeTask(task)]);
        expect(replies).toEqual(tokens.map(() => ({ acknowledged: true })));
      }));
  });
}
