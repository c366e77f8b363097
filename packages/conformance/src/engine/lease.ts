import { describe, expect, test } from 'vitest';
import { completed, schedule, waiting } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { input, refOf, refusal, start, startTask, tokenOf } from '../support/requests.js';
import { type ScriptedWorker, connectWorker } from '../support/worker.js';

export function leaseSuite({ name, withHouse, withTwoHouses }: Houses): void {
  describe(`engine on ${name}: leases`, () => {
    test('R09 an attempt whose lease ended changes nothing any more', () =>
      withHouse(async (house) => {
        const a = await connectWorker(house.engine, orgId, { workerId: 'a', workflowKinds: [] });
        const { id } = await startTask(house.engine);
        const task = await a.task();
        house.clock.advance(30_001);
        const b = await connectWorker(house.engine, orgId, { workerId: 'b', workflowKinds: [] });
        await house.engine.loops.leases.tick();
        const again = await b.task();
        expect(again.attempt).toBe(2);
        const { executionId, taskId, token } = task;
        expect(await refusal(a.complete(task))).toBe('LEASE_LOST');
        expect(await refusal(a.session.heartbeatAttempt({ executionId, taskId, token }))).toBe('LEASE_LOST');
        const late = a.session.appendEntries({ executionId, taskId, token, first: 0, output: [tokenOf('late')] });
        expect(await refusal(late)).toBe('LEASE_LOST');
        await b.complete(again, 'b');
        expect(await house.news(id)).toEqual([
          'TASK_CREATED',
          'TASK_STARTED',
          'TASK_FAILED',
          'TASK_STARTED',
          'TASK_COMPLETED',
        ]);
        await house.assertSound(id);
      }));

    test('R08 a turn whose worker died goes to another one, from the beginning', () =>
      withHouse(async (house) => {
        const a = await connectWorker(house.engine, orgId, { workerId: 'a' });
        const { id } = await start(house.engine);
        const given = await a.activation();
        house.clock.advance(30_001);
        const b = await connectWorker(house.engine, orgId, { workerId: 'b' });
        await house.engine.loops.leases.tick();
        const again = await b.activation();
        expect(again).toMatchObject({ executionId: id, afterSequence: 0, input });
        expect(await refusal(a.turn(given, [], completed()))).toBe('LEASE_LOST');
        await b.turn(again, [], completed());
        expect(await house.news(id)).toEqual(['WORKFLOW_CREATED', 'WORKFLOW_STARTED', 'WORKFLOW_COMPLETED']);
      }));

    test('a session that connects again keeps what it still has, and what it never got goes round', () =>
      withHouse(async (house) => {
        const a = await connectWorker(house.engine, orgId);
        const first = await startTask(house.engine);
        await startTask(house.engine);
        const kept = await a.task();
        const lost = await a.task();
        a.session.disconnected();
        const { executionId, taskId, token } = kept;
        const b = await connectWorker(house.engine, orgId, {
          resume: {
            sessionId: a.session.id,
            turns: [],
            attempts: [
              { executionId, taskId, token },
              { executionId, taskId, token: 'old' },
            ],
          },
        });
        expect(b.resumed).toBe(true);
        expect(b.lostTokens).toEqual(['old']);
        await b.complete(kept);
        await house.engine.loops.dispatch.tick();
        const again = await b.task();
        expect(again).toMatchObject({ taskId: lost.taskId, attempt: 2 });
        await b.complete(again);
        await house.assertSound(first.id);
      }));

    test('after a restart of the server a worker goes on where it was', () =>
      withTwoHouses(async (before, after) => {
        const a = await connectWorker(before.engine, orgId);
        const { id } = await start(before.engine);
        await a.turn(await a.activation(), [schedule(), schedule()], waiting);
        const [task, orphan] = [await a.task(), await a.task()];
        await a.session.appendEntries({ ...refOf(task), first: 0, output: [tokenOf('one')] });
        await before.engine.close();

        const b = await connectWorker(after.engine, orgId, {
          resume: { sessionId: a.session.id, turns: [], attempts: [refOf(task)] },
        });
        expect(b.resumed).toBe(true);
        const entries = { ...refOf(task), first: 0, output: [tokenOf('one'), tokenOf('two')] };
        expect(await b.session.appendEntries(entries)).toEqual({ stored: 2 });
        await b.complete(task);
        await after.engine.loops.dispatch.tick();
        const again = await b.task();
        expect(again.taskId).toBe(orphan.taskId);
        await b.complete(again);
        await after.assertSound(id);
      }));

    test('a session that comes back when its lease is over has lost everything, and is told so', () =>
      withTwoHouses(async (before, after) => {
        const a = await connectWorker(before.engine, orgId);
        await startTask(before.engine);
        const task = await a.task();
        await before.engine.close();
        after.clock.advance(30_001);
        const b = await connectWorker(after.engine, orgId, {
          resume: { sessionId: a.session.id, turns: [], attempts: [refOf(task)] },
        });
        expect(b.resumed).toBe(false);
        expect(b.lostTokens).toEqual([task.token]);
      }));

    test('R10 a worker that comes back while its session ends has lost it, and keeps what it is given then', () =>
      withHouse(async (house) => {
        const { engine, clock, store } = house;
        const a = await connectWorker(engine, orgId);
        const { id } = await start(engine);
        const { executionId, token } = await a.activation();
        clock.advance(30_001);
        const ending = engine.loops.leases.tick();
        const b = await connectWorker(engine, orgId, {
          resume: { sessionId: a.session.id, turns: [{ executionId, token }], attempts: [] },
        });
        await ending;
        expect(b.lostTokens).toEqual([token]);
        expect(await store.sessions.find(b.session.id)).toBeDefined();
        await engine.loops.dispatch.tick();
        const again = await b.activation();
        await b.turn(again, [], completed());
        await house.assertSound(id);
      }));

    test('R10 a worker that comes back before its session ends keeps it, with what it has', () =>
      withHouse(async (house) => {
        const { engine, clock, store } = house;
        const a = await connectWorker(engine, orgId);
        const { id } = await start(engine);
        const given = await a.activation();
        const { executionId, token } = given;
        clock.advance(30_001);
        const returning = connectWorker(engine, orgId, {
          resume: { sessionId: a.session.id, turns: [{ executionId, token }], attempts: [] },
        });
        await engine.loops.leases.tick();
        const b = await returning;
        expect(b).toMatchObject({ resumed: true, lostTokens: [] });
        expect(await store.sessions.find(b.session.id)).toBeDefined();
        await b.turn(given, [], completed());
        await house.assertSound(id);
      }));

    test('R10 a session keeps what it is given here, also when another server has just cleared its lease away', () =>
      withHouse(async ({ engine, store }) => {
        const a = await connectWorker(engine, orgId);
        await store.sessions.remove([a.session.id]);
        await start(engine);
        const given = await a.activation();
        await engine.loops.leases.tick();
        await a.turn(given, [], completed());
      }));

    test('R08 a session that goes over to another server keeps what it has; what the first one gave it since goes round', () =>
      withTwoHouses(async (first, second) => {
        const a = await connectWorker(first.engine, orgId);
        await startTask(first.engine);
        const kept = await a.task();
        // The first server does not notice that the connection broke.
        first.clock.advance(1_000);
        const b = await connectWorker(second.engine, orgId, {
          resume: { sessionId: a.session.id, turns: [], attempts: [refOf(kept)] },
        });
        await startTask(first.engine);
        const { taskId } = await a.task();
        await passTime([first, second], 35, b);
        await second.engine.loops.dispatch.tick();
        const strayed = await b.task();
        expect(strayed).toMatchObject({ taskId, attempt: 2 });
        await b.complete(strayed);
        await b.complete(kept);
      }));

    test('R08 what the first server gave a session that went over goes round, also when the database was away meanwhile', () =>
      withTwoHouses(
        async (first, second) => {
          const { b, taskId } = await wentOver(first, second);
          await passTime([first, second], 40, b);
          await second.engine.loops.dispatch.tick();
          expect(await b.task()).toMatchObject({ taskId, attempt: 2 });
        },
        ['lost-before', 'lost-before', 'lost-before'],
      ));

    test('R08 what the first server gave a session that went over goes round, also when its worker stops soon', () =>
      withTwoHouses(async (first, second) => {
        const { b, taskId } = await wentOver(first, second);
        await passTime([first, second], 30, b);
        await b.session.close();
        await passTime([first, second], 35);
        const c = await connectWorker(second.engine, orgId, { workerId: 'c' });
        await second.engine.loops.dispatch.tick();
        expect(await c.task()).toMatchObject({ taskId, attempt: 2 });
      }));
  });
}

/** A worker that went over to the second server, and a task that the first one, which does not know, gave it since. */
async function wentOver(first: House, second: House) {
  const a = await connectWorker(first.engine, orgId);
  first.clock.advance(1_000);
  const b = await connectWorker(second.engine, orgId, {
    resume: { sessionId: a.session.id, turns: [], attempts: [] },
  });
  await startTask(first.engine);
  const { taskId } = await a.task();
  return { b, taskId };
}

/** Time goes on, and one worker is heard of; what goes wrong with the leases is tried again. */
async function passTime(houses: readonly House[], seconds: number, living?: ScriptedWorker): Promise<void> {
  for (let left = seconds; left > 0; left -= 5) {
    houses[0]?.clock.advance(5_000);
    living?.session.heard();
    for (const { engine } of houses) expect(await refusal(engine.loops.leases.tick())).toMatch(/^(none|UNAVAILABLE)$/);
  }
}
