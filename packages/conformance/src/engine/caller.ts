import type { ExecutionId, OrgId, TaskId } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { completed, failed, newTaskId, schedule } from '../support/commands.js';
import { orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refOf, refusal, start, startTask, tokenOf } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function callerSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: callers`, () => {
    test('R29 a hundred starts with one key are one execution', () =>
      withHouse(async (house) => {
        const idempotency = { key: `order-${newTaskId()}`, ttlSeconds: 60 };
        const started = await Promise.all(Array.from({ length: 100 }, () => start(house.engine, { idempotency })));
        expect(new Set(started.map(({ id }) => id)).size).toBe(1);
        expect(started.filter(({ created }) => created)).toHaveLength(1);
        house.clock.advance(60_001);
        expect((await start(house.engine, { idempotency })).created).toBe(true);
      }));

    test('the key of a failed execution may start anew, the key of a completed one not', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const idempotency = { key: `job-${newTaskId()}`, ttlSeconds: 60 };
        await start(house.engine, { idempotency });
        await worker.turn(await worker.activation(), [], failed('x'));
        expect((await start(house.engine, { idempotency })).created).toBe(true);
        await worker.turn(await worker.activation(), [], completed());
        expect((await start(house.engine, { idempotency })).created).toBe(false);
      }));

    test('R29 the key of a task that is cancelled in the turn that asks for it may start anew', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const key = `brief-${newTaskId()}`;
        await start(house.engine);
        const taskExecutionId = newTaskId();
        const cancel = { type: 'REQUEST_CANCEL_TASK', taskExecutionId, reason: 'second thoughts' } as const;
        const asked = schedule({ taskExecutionId, idempotencyKey: key });
        await worker.turn(await worker.activation(), [asked, cancel], completed());
        expect((await startTask(house.engine, { idempotency: { key, ttlSeconds: 60 } })).created).toBe(true);
      }));

    test('R05 a start repeated with its own id is one execution', () =>
      withHouse(async (house) => {
        const id = newTaskId() as ExecutionId;
        const started = await Promise.all([
          start(house.engine, { id }),
          start(house.engine, { id }),
          start(house.engine, { id }),
        ]);
        expect(started.filter(({ created }) => created)).toHaveLength(1);
        const foreign = '11111111-e29b-41d4-a716-446655440000' as OrgId;
        expect(await refusal(start(house.engine, { id, orgId: foreign }))).toMatch(/ALREADY_EXISTS|ABORTED/);
      }));

    test('a standalone task is cancelled, retried and deleted only where that makes sense', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine, { retry: { maxRetries: 0 } });
        const taskId = id as string as TaskId;
        const running = await worker.task();
        expect(await refusal(house.engine.deleteTask({ orgId, id: taskId }))).toBe('INVALID_ARGUMENT');
        expect(await refusal(house.engine.retryTask({ orgId, id: taskId, note: '' }))).toBe('FAILED_PRECONDITION');
        await worker.fail(running, 'no');
        await house.engine.retryTask({ orgId, id: taskId, note: 'again' });
        const again = await worker.task();
        await house.engine.cancelTask({ orgId, id: taskId, reason: 'enough' });
        expect(await worker.cancellation()).toMatchObject({ taskId, token: again.token, reason: 'enough' });
        expect(await refusal(worker.complete(again))).toBe('LEASE_LOST');
        expect(await refusal(house.engine.cancelTask({ orgId, id: taskId, reason: '' }))).toBe('FAILED_PRECONDITION');
        expect(await house.news(id)).toEqual([
          'TASK_CREATED',
          'TASK_STARTED',
          'TASK_FAILED',
          'RETRY_REQUESTED',
          'TASK_STARTED',
          'TASK_CANCELLED',
        ]);
        await house.assertSound(id);

        await worker.session.close();
        const waitingTask = await startTask(house.engine, { timeoutMs: 1_000 });
        await house.engine.deleteTask({ orgId, id: waitingTask.id as string as TaskId });
        expect(await house.store.queries.task(orgId, waitingTask.id as string as TaskId)).toBeUndefined();
        expect(await house.store.streams.head(orgId, waitingTask.id)).toBeUndefined();
        expect(await house.store.dueTimers(house.clock.now() + 10_000, 10)).toEqual([]);
      }));

    test('a task that is deleted and cancelled in one moment is gone', () =>
      withHouse(async (house) => {
        const { id } = await startTask(house.engine);
        const taskId = id as string as TaskId;
        const deleted = house.engine.deleteTask({ orgId, id: taskId });
        expect(await refusal(house.engine.cancelTask({ orgId, id: taskId, reason: '' }))).toBe('NOT_FOUND');
        await deleted;
        expect(await house.store.queries.task(orgId, taskId)).toBeUndefined();
      }));

    test('the key of a deleted task may start anew', () =>
      withHouse(async (house) => {
        const idempotency = { key: `gone-${newTaskId()}`, ttlSeconds: 60 };
        const { id } = await startTask(house.engine, { idempotency });
        await house.engine.deleteTask({ orgId, id: id as string as TaskId });
        expect((await startTask(house.engine, { idempotency })).created).toBe(true);
      }));

    test('a task put off is not given out before its time', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        await house.engine.loops.timers.tick();
        let woken = false;
        house.engine.loops.timers.onWake(() => void (woken = true));
        await startTask(house.engine, { scheduledAt: house.clock.now() + 300 });
        expect(woken).toBe(true);
        expect(await house.engine.loops.timers.tick()).toBe(300);
        await house.engine.loops.dispatch.tick();
        expect(worker.received).toEqual([]);
        house.clock.advance(300);
        await house.engine.loops.timers.tick();
        await worker.complete(await worker.task());
      }));

    test('R31 nobody reaches into another organisation', () =>
      withHouse(async (house) => {
        const foreign = '22222222-e29b-41d4-a716-446655440000' as OrgId;
        const stranger = await connectWorker(house.engine, foreign);
        const { id } = await startTask(house.engine);
        await house.engine.loops.dispatch.tick();
        expect(stranger.received).toEqual([]);
        const taskId = id as string as TaskId;
        expect(await refusal(house.engine.cancelTask({ orgId: foreign, id: taskId, reason: '' }))).toBe('NOT_FOUND');
        const ref = { executionId: id, taskId, token: 'guess' };
        expect(await refusal(stranger.session.heartbeatAttempt(ref))).toBe('NOT_FOUND');
        expect(await house.store.streams.head(foreign, id)).toBeUndefined();
      }));

    test('R22 a reader hears every entry once, in order, as it is committed', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const id = newTaskId() as ExecutionId;
        const heard: number[] = [];
        const stop = house.engine.streams.subscribe(id, (entries) => heard.push(...entries.map(({ seq }) => seq)));
        await startTask(house.engine, { id: id as string as TaskId });
        const task = await worker.task();
        for (let n = 0; n < 20; n += 1) {
          await worker.session.appendEntries({ ...refOf(task), first: n, output: [tokenOf(String(n))] });
        }
        await worker.complete(task);
        stop();
        const stored = await house.store.streams.read(id, 0, 100);
        expect(heard).toEqual(stored.map(({ seq }) => seq));
        const extent = { first: 1, last: stored.length };
        expect(await house.store.streams.extent(id, stored[0]?.epoch ?? '')).toEqual(extent);
        expect(await house.store.streams.extent(id, 'another')).toBeUndefined();
      }));
  });
}
