import type { ExecutionId, StreamEntry } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { schedule, waiting, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { start } from '../support/requests.js';
import { type ScriptedWorker, connectWorker } from '../support/worker.js';

export function neighbourSuite({ name, withNeighbours }: Houses): void {
  /** A worker of a house that has its only place for tasks taken by one of an execution that waits for it. */
  const busyWorker = async ({ engine }: House) => {
    const worker = await connectWorker(engine, orgId, { taskCapacity: 1 });
    const { id } = await start(engine);
    await worker.turn(await worker.activation(), [schedule()], waiting);
    return { worker, id, task: await worker.task() };
  };
  const startTask = (house: House) =>
    house.engine.startTask({ orgId, kind: 't', input: '1' as Json, queue: 'default' });
  const cancel = (house: House, taskId: Parameters<House['engine']['cancelTask']>[0]['id'], executionId: ExecutionId) =>
    house.engine.cancelTask({ orgId, id: taskId, executionId, reason: 'enough' });
  const ask = (house: House, id: ExecutionId) =>
    house.engine.queryWorkflow({ orgId, id, name: 'progress', params: 'null' as Json, timeoutMs: 500 });

  /** The worker has room again: what waits comes to it. */
  const expectRoom = async (house: House, worker: ScriptedWorker): Promise<void> => {
    const { id } = await startTask(house);
    await house.engine.loops.dispatch.tick();
    expect((await worker.task()).taskId).toBe(id);
  };

  describe(`engine on ${name}: processes that hear each other`, () => {
    test('tell a worker of another one that its attempt was cancelled, and its place is free again', () =>
      withNeighbours(async (a, b) => {
        const { worker, id, task } = await busyWorker(b);
        await cancel(a, task.taskId, id);
        expect(await worker.cancellation()).toMatchObject({ taskId: task.taskId, token: task.token, reason: 'enough' });
        await expectRoom(b, worker);
      }));

    test('R12 find that out by looking when nobody said so', () =>
      withNeighbours(async (a, b, town) => {
        const { worker, id, task } = await busyWorker(b);
        town.deafen(true);
        await cancel(a, task.taskId, id);
        await Promise.all([b.engine.lookAtClaims(), b.engine.lookAtClaims()]);
        expect(await worker.cancellation()).toMatchObject({ token: task.token });
        await b.engine.lookAtClaims();
        expect(worker.received.filter(({ type }) => type === 'attempt-cancelled')).toHaveLength(1);
        await expectRoom(b, worker);
      }));

    test('leave alone what stands, and what has ended in good order', () =>
      withNeighbours(async (a, b) => {
        const { worker, id, task } = await busyWorker(b);
        const other = await start(b.engine);
        const turn = await worker.activation();
        await Promise.all([a, b].map(({ engine }) => engine.lookAtClaims()));
        await worker.turn(turn, [], waitingFor('SIGNAL'));
        await worker.complete(task, 'done');
        await b.engine.lookAtClaims();
        expect(worker.received.map(({ type }) => type)).not.toContain('attempt-cancelled');
        await b.assertSound(id);
        await b.assertSound(other.id);
      }));

    test('give a turn back that another one took for lost', () =>
      withNeighbours(async (a, b, town) => {
        town.deafen(true);
        const worker = await connectWorker(b.engine, orgId, { workflowCapacity: 1 });
        const { id } = await start(b.engine);
        await worker.activation();
        // Nobody extends the lease: b stands still.
        b.clock.advance(60_000);
        await a.engine.loops.leases.tick();
        expect((await a.store.queries.workflow(orgId, id))?.workflow.status).toBe('PENDING');
        worker.session.heard();
        await b.engine.lookAtClaims();
        await b.engine.loops.dispatch.tick();
        expect((await worker.activation()).executionId).toBe(id);
      }));

    test('believe no hint about a claim that stands', () =>
      withNeighbours(async (a, b, town) => {
        const { worker, task } = await busyWorker(b);
        const { neighbours } = town.move();
        neighbours.claimEnded(worker.session.id, task.token);
        neighbours.claimEnded(worker.session.id, 'no token');
        await b.engine.lookAtClaims();
        await a.engine.lookAtClaims();
        const waitingTask = await startTask(b);
        await b.engine.loops.dispatch.tick();
        // Whatever was set off is carried out by the time of a later change.
        await startTask(b);
        expect(worker.received.map(({ type }) => type)).toEqual(['activation', 'task']);
        await worker.complete(task);
        await b.engine.loops.dispatch.tick();
        expect((await worker.task()).taskId).toBe(waitingTask.id);
      }));

    test('show each other what they commit, while somebody follows it', () =>
      withNeighbours(async (a, b, town) => {
        const { id } = await start(a.engine);
        const heard: StreamEntry[] = [];
        const listen = (entries: readonly StreamEntry[]): void => void heard.push(...entries);
        const stops = [b.engine.streams.subscribe(id, listen), b.engine.streams.subscribe(id, () => undefined)];
        const { length } = await a.store.streams.read(id, 0, 100);
        await a.engine.cancelWorkflow({ orgId, id, reason: 'enough', requestedBy: 'me' });
        expect(heard).toEqual(await a.store.streams.read(id, length, 100));
        expect(heard.at(-1)?.terminal).toBe(true);
        stops[0]?.();
        expect(town.followed()).toBe(1);
        stops[1]?.();
        stops[1]?.();
        expect(town.followed()).toBe(0);
      }));

    test('R12 wake each other for work, without a look at the store', () =>
      withNeighbours(async (a, b) => {
        const worker = await connectWorker(b.engine, orgId);
        let woken = 0;
        await b.engine.loops.dispatch.tick();
        b.engine.loops.dispatch.onWake(() => (woken += 1));
        const { id } = await start(a.engine);
        expect(woken).toBe(1);
        // No time has passed since the last look: it goes by the hint alone.
        await b.engine.loops.dispatch.tick();
        expect((await worker.activation()).executionId).toBe(id);
      }));

    test('ask the live instance, wherever it is', () =>
      withNeighbours(async (a, b) => {
        const worker = await connectWorker(b.engine, orgId);
        await connectWorker(a.engine, orgId, { workflowCapacity: 0 });
        const { id } = await start(b.engine);
        await worker.turn(await worker.activation(), [], waitingFor('SIGNAL'));
        const answer = ask(a, id);
        const query = await worker.query();
        expect(query.replay).toBeUndefined();
        worker.session.answerQuery(query.queryId, { result: '7' as Json });
        expect(await answer).toEqual({ result: '7' });
      }));

    test('ask anybody who can replay it where the instance is gone', () =>
      withNeighbours(async (a, b, town) => {
        const first = await connectWorker(a.engine, orgId);
        const { id } = await start(a.engine);
        await first.turn(await first.activation(), [], waitingFor('SIGNAL'));
        await first.session.close();
        await connectWorker(b.engine, orgId, { queue: 'another' });
        expect(await ask(a, id)).toBeUndefined();
        const second = await connectWorker(b.engine, orgId);
        const answer = ask(a, id);
        const query = await second.query();
        expect(query.replay?.events).toHaveLength(2);
        second.session.answerQuery(query.queryId, { error: 'no such query' });
        expect(await answer).toEqual({ error: 'no such query' });
        town.deafen(true);
        expect(await ask(a, id)).toBeUndefined();
      }));
  });
}
