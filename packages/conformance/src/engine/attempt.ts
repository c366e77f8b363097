import type { TaskId } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { schedule, waiting } from '../support/commands.js';
import { orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refOf, refusal, start, startTask, tokenOf } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function attemptSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: a task attempt`, () => {
    test('is tried again as often as its policy says, then fails for good', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule({ retry: { maxRetries: 2 } })], waiting);
        for (let attempt = 1; attempt <= 3; attempt += 1) {
          const task = await worker.task();
          expect(task.attempt).toBe(attempt);
          await worker.fail(task, `attempt ${attempt} failed`);
        }
        expect((await worker.activation()).events.at(-1)).toMatchObject({ type: 'TASK_FAILED' });
        const failed = (await house.frames(id)).flatMap(({ event }) =>
          event.type === 'Event' && event.event === 'TASK_FAILED' ? [event.data.status] : [],
        );
        expect(failed).toEqual(['PENDING', 'PENDING', 'FAILED']);
        const [record] = (await house.store.queries.tasksOf(orgId, id)) ?? [];
        expect(record?.task).toMatchObject({ status: 'FAILED', executionCount: 3, error: 'attempt 3 failed' });
        const attempts = await house.store.queries.attempts(orgId, record?.task.id as TaskId);
        expect(attempts.map(({ attempt, error }) => [attempt, error])).toEqual([
          [1, 'attempt 1 failed'],
          [2, 'attempt 2 failed'],
        ]);
        await house.assertSound(id);
      }));

    test('R13 is not made again before its delay has passed', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine, { retry: { maxRetries: 1, initialDelayMs: 5_000 } });
        expect(await house.engine.loops.timers.tick()).toBe(1_000);
        let woken = false;
        house.engine.loops.timers.onWake(() => void (woken = true));
        await worker.fail(await worker.task(), 'not yet', true);
        expect(woken).toBe(false);
        house.clock.advance(4_500);
        expect(await house.engine.loops.timers.tick()).toBe(500);
        house.clock.advance(499);
        await house.engine.loops.timers.tick();
        expect(worker.received).toHaveLength(1);
        house.clock.advance(1);
        await house.engine.loops.timers.tick();
        await worker.complete(await worker.task());
        await house.assertSound(id);
      }));

    test('that cannot succeed is not tried again', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine);
        await worker.fail(await worker.task(), 'bad input', false);
        expect(await house.news(id)).toEqual(['TASK_CREATED', 'TASK_STARTED', 'TASK_FAILED']);
      }));

    test('R14 that is wanted again is made once more, however often one was handed back', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine, { retry: { maxRetries: 0 } });
        await worker.session.releaseAttempt({ ...refOf(await worker.task()), reason: 'not now' });
        await worker.fail(await worker.task(), 'no');
        await house.engine.retryTask({ orgId, id: id as string as TaskId, note: '' });
        await worker.fail(await worker.task(), 'no again');
        const record = await house.store.queries.task(orgId, id as string as TaskId);
        expect(record?.task).toMatchObject({ status: 'FAILED', executionCount: 3 });
      }));

    test('R18 streams in order: repeats are passed over, a hole is refused, what is missing at the end is said', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine);
        const { executionId, taskId, token } = await worker.task();
        const ref = { executionId, taskId, token };
        const { session } = worker;
        expect(await session.appendEntries({ ...ref, first: 0, output: [tokenOf('a'), tokenOf('b')] })).toEqual({
          stored: 2,
        });
        expect(await session.appendEntries({ ...ref, first: 1, output: [tokenOf('b'), tokenOf('c')] })).toEqual({
          stored: 3,
        });
        expect(await refusal(session.appendEntries({ ...ref, first: 5, output: [tokenOf('x')] }))).toBe(
          'FAILED_PRECONDITION',
        );
        const early = session.completeAttempt({ ...ref, entries: 5, lostEntries: 0, output: 'null' as Json });
        expect(await early.catch((error: unknown) => error)).toMatchObject({ code: 'FAILED_PRECONDITION', actual: 3 });
        await session.completeAttempt({ ...ref, entries: 3, lostEntries: 2, output: 'null' as Json });
        const events = (await house.frames(id)).map(({ event }) => event);
        expect(events.flatMap((event) => (event.type === 'token' ? [event.text] : []))).toEqual(['a', 'b', 'c']);
        expect(events.at(-2)).toMatchObject({ type: 'error', code: 'STREAM_LOSS' });
        expect(await refusal(session.appendEntries({ ...ref, first: 0, output: [tokenOf('again')] }))).toBe('none');
        expect(await house.news(id)).toHaveLength(7);
        await house.assertSound(id);
      }));

    test('shows progress, logs and heartbeats to those who read', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine);
        const { executionId, taskId, token } = await worker.task();
        const ref = { executionId, taskId, token };
        await worker.session.appendEntries({
          ...ref,
          first: 0,
          output: [
            {
              kind: 'progress',
              event: '{"type":"progress","progress":0.5,"details":"half"}' as Json,
              timestampMs: house.clock.now(),
              progress: 0.5,
              details: 'half',
            },
          ],
        });
        await worker.session.log({ ...ref, level: 'INFO', message: 'hello', timestampMs: house.clock.now() });
        house.clock.advance(5);
        await worker.session.heartbeatAttempt(ref);
        const record = await house.store.queries.task(orgId, id as string as TaskId);
        expect(record?.task).toMatchObject({
          progress: 0.5,
          progressDetails: 'half',
          lastHeartbeatAt: house.clock.now(),
        });
        const logs = await house.store.queries.logs(orgId, taskId, { limit: 10, offset: 0 });
        expect(logs.rows.map(({ level, message, attempt }) => [level, message, attempt])).toEqual([
          ['INFO', 'hello', 1],
        ]);
      }));
  });
}
