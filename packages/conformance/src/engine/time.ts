import { describe, expect, test } from 'vitest';
import { completed, schedule, timer, waiting, waitingFor } from '../support/commands.js';
import { orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function timeSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: time`, () => {
    test('R13 a timer fires once, when its time has come and not before', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [timer('t1', 1_000)], waitingFor('TIMER'));
        house.clock.advance(999);
        await house.engine.loops.timers.tick();
        expect(await house.facts(id)).not.toContain('TIMER_FIRED');
        house.clock.advance(1);
        await house.engine.loops.timers.tick();
        await house.engine.loops.timers.tick();
        const given = await worker.activation();
        expect(given.events.map(({ type }) => type)).toEqual(['TIMER_STARTED', 'WORKFLOW_SUSPENDED', 'TIMER_FIRED']);
        await worker.turn(given, [], completed());
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'TIMER_STARTED',
          'WORKFLOW_SUSPENDED',
          'TIMER_FIRED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
      }));

    test('a timer of no time fires in the turn that sets it, and the wait goes on at once', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [timer('t1', 0)], waitingFor('TIMER'));
        await worker.turn(await worker.activation(), [], completed());
        expect(await house.news(id)).toContain('WORKFLOW_RESUMED');
        await house.assertSound(id);
      }));

    test('a timer that was given up never fires', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const cancel = { type: 'CANCEL_TIMER', timerId: 't1' } as const;
        await worker.turn(await worker.activation(), [timer('t1', 10), schedule(), cancel, cancel], waiting);
        house.clock.advance(1_000);
        await house.engine.loops.timers.tick();
        const facts = await house.facts(id);
        expect(facts.filter((fact) => fact.startsWith('TIMER_'))).toEqual(['TIMER_STARTED', 'TIMER_CANCELLED']);
        await house.assertSound(id);
      }));

    test('a timer that is set again, also after it fired, is the same timer', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [timer('t1', 5), timer('t1', 5)], waitingFor('TIMER'));
        house.clock.advance(5);
        await house.engine.loops.timers.tick();
        await worker.turn(await worker.activation(), [timer('t1', 5)], completed());
        const facts = await house.facts(id);
        expect(facts.filter((fact) => fact.startsWith('TIMER_'))).toEqual(['TIMER_STARTED', 'TIMER_FIRED']);
      }));

    test('nothing is due any more when the execution has ended', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [timer('t1', 5)], completed());
        house.clock.advance(5);
        await house.engine.loops.timers.tick();
        expect(await house.facts(id)).not.toContain('TIMER_FIRED');
        expect(await house.store.nextTimer(0)).toBeUndefined();
        await house.assertSound(id);
      }));

    test('a task whose time is over fails for good, and its worker is told', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule({ timeoutMs: 500 })], waiting);
        const task = await worker.task();
        house.clock.advance(500);
        await house.engine.loops.timers.tick();
        const failed = (await house.history(id)).find(({ type }) => type === 'TASK_FAILED');
        expect(JSON.parse(failed?.data ?? '{}')).toMatchObject({ error: 'Task timed out', retryable: false });
        expect((await worker.cancellation()).token).toBe(task.token);
        expect(await refusal(worker.complete(task))).toBe('LEASE_LOST');
        const record = await house.store.queries.task(orgId, task.taskId);
        expect(record?.task).toMatchObject({ status: 'FAILED', timedOut: true });
        await worker.turn(await worker.activation(), [], completed());
        await house.assertSound(id);
      }));

    test('a task that waits for a worker runs out of time as well, and its next attempt does not come', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const retry = { maxRetries: 9, initialDelayMs: 10_000 };
        await worker.turn(await worker.activation(), [schedule({ timeoutMs: 500, retry })], waiting);
        await worker.fail(await worker.task(), 'no');
        house.clock.advance(500);
        await house.engine.loops.timers.tick();
        expect(await house.facts(id)).toContain('TASK_FAILED');
        expect(await house.store.nextTimer(0)).toBeUndefined();
        await house.assertSound(id);
      }));
  });
}
