import type { Engine, ExecutionId, OrgId, Polled, TaskId, UnaryTurn } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test, vi } from 'vitest';
import { child, completed, schedule, timer, waiting } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start, startTask, tokenOf } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

const caller = { orgId, worker: 'foreign', peer: '127.0.0.1:1' };
const otherOrg = '00000000-0000-4000-8000-000000000000' as OrgId;
const suspended = { type: 'SUSPENDED', reason: '', waitingOn: [] } as const;

/** Polls once, and takes what there is. */
async function poll(
  engine: Engine,
  type: 'workflow' | 'task',
  more: Partial<Parameters<Engine['unary']['poll']>[0]> = {},
) {
  const { signal } = new AbortController();
  return engine.unary.poll({ ...caller, type, queue: 'default', kinds: undefined, holdMs: 1_000, signal, ...more });
}

/** Polls while the engine looks for work, as its loop would. */
async function take(house: House, type: 'workflow' | 'task', more: Parameters<typeof poll>[2] = {}) {
  let isOver = false;
  const polled = poll(house.engine, type, more).finally(() => (isOver = true));
  while (!isOver) {
    await house.store.ping();
    await house.engine.loops.dispatch.tick();
  }
  return polled;
}

function taskOf(polled: Polled | undefined): Extract<Polled['work'], { type: 'task' }> {
  if (polled?.work.type !== 'task') throw new Error('The poll was not answered with a task');
  return polled.work;
}

function idOf(polled: Polled | undefined): ExecutionId {
  return polled?.work.executionId as ExecutionId;
}

function submit(house: House, turn: Omit<UnaryTurn, 'orgId' | 'peer'>): Promise<unknown> {
  return house.engine.unary.submitTurn({ ...caller, ...turn });
}

export function singleCallSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: a worker that makes single calls`, () => {
    test('fetches the history of its turn as it is stored, also when something was added since the poll', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        const call = { ...caller, executionId: id };
        expect(idOf(await take(house, 'workflow'))).toBe(id);
        expect(await house.engine.unary.history(call)).toMatchObject(await house.history(id));
        await submit(house, { executionId: id, commands: [schedule()], outcome: suspended });
        const { taskId } = taskOf(await take(house, 'task'));
        await house.engine.unary.completeTask({ ...caller, taskId, output: '7' as Json });
        expect(idOf(await take(house, 'workflow'))).toBe(id);
        await house.engine.signalWorkflow({ orgId, id, signalName: 's', signalValue: '1' as Json });
        const fetched = await house.engine.unary.history(call);
        expect(fetched?.at(-1)?.type).toBe('SIGNAL_RECEIVED');
        expect(fetched).toMatchObject(await house.history(id));
        expect(await house.engine.unary.history({ ...call, orgId: otherOrg })).toBeUndefined();
      }));

    test('polls that follow each other while much waits share their looks, and what nobody comes for is offered again', () =>
      withHouse(async (house) => {
        const waiting: ExecutionId[] = [];
        for (let n = 0; n < 40; n += 1) {
          waiting.push((await start(house.engine)).id);
          house.clock.advance(1);
        }
        const looks = vi.spyOn(house.store, 'reserve');
        const given: ExecutionId[] = [];
        for (let n = 0; n < 20; n += 1) given.push(idOf(await take(house, 'workflow')));
        expect(given).toEqual(waiting.slice(0, 20));
        expect(looks.mock.calls.length).toBeLessThan(10);
        looks.mockRestore();
        house.clock.advance(100);
        await house.engine.loops.dispatch.tick();
        const line = { orgId, queue: 'default', type: 'workflow', kinds: ['w'] } as const;
        const left = await house.store.reserve({ ...line, limit: 100, now: house.clock.now(), holdMs: 1 });
        expect(left.map(({ id }) => id)).toEqual(waiting.slice(20));
      }));

    test('takes a workflow and its task, and ends both', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        const held = take(house, 'workflow');
        const turn = await held;
        expect(turn?.work).toMatchObject({ type: 'activation', executionId: id, input: '{"n":1}' });
        const command = schedule();
        await submit(house, { executionId: id, commands: [command], outcome: suspended });
        const attempt = take(house, 'task');
        const { taskId } = taskOf(await attempt);
        // Held, and answered as soon as there is something.
        const next = poll(house.engine, 'workflow');
        await house.engine.unary.completeTask({ ...caller, taskId, output: '7' as Json });
        expect(idOf(await next)).toBe(id);
        await submit(house, { executionId: id, commands: [], outcome: completed('done') });
        expect(await house.facts(id)).toEqual([
          'WORKFLOW_STARTED',
          'TASK_SCHEDULED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
        // Said again, a good end is no mistake; another turn is one.
        await house.engine.unary.completeTask({ ...caller, taskId, output: '7' as Json });
        const late = submit(house, { executionId: id, commands: [], outcome: completed() });
        expect(await refusal(late)).toBe('LEASE_LOST');
      }));

    test('gets nothing when its time is over or it went away; what was claimed for it goes round again', () =>
      withHouse(async (house) => {
        let answers = 0;
        const count = (): number => (answers += 1);
        const idle = poll(house.engine, 'workflow', { holdMs: 100 });
        void idle.finally(count);
        while (answers < 1) {
          await house.store.ping();
          house.clock.advance(50);
        }
        expect(await idle).toBeUndefined();
        const gone = new AbortController();
        const aborted = poll(house.engine, 'workflow', { signal: gone.signal });
        await house.store.ping();
        gone.abort();
        expect(await aborted).toBeUndefined();

        const { id } = await start(house.engine);
        const first = take(house, 'workflow');
        await (await first)?.putBack();
        const second = take(house, 'workflow');
        expect(idOf(await second)).toBe(id);
        expect(await house.news(id)).toEqual(['WORKFLOW_CREATED', 'WORKFLOW_STARTED']);
      }));

    test('is held longer when it has had nothing to do for long', () =>
      withHouse(async (house) => {
        let answers = 0;
        const ask = (): void => {
          void poll(house.engine, 'workflow', { holdMs: 100, idleHoldMs: 10_000 }).then(() => (answers += 1));
        };
        const passes = async (ms: number): Promise<void> => {
          await house.store.ping();
          house.clock.advance(ms);
          await house.store.ping();
        };
        ask();
        while (answers < 1) await passes(50);
        await passes(60_000);
        ask();
        for (const ms of [100, 1_000, 5_000]) await passes(ms);
        expect(answers).toBe(1);
        while (answers < 2) await passes(1_000);
      }));

    test('is not held longer when it has just finished something, however long that took', () =>
      withHouse(async (house) => {
        const { id } = await startTask(house.engine);
        await take(house, 'task');
        house.clock.advance(60_000);
        await house.engine.unary.completeTask({ ...caller, taskId: id as string as TaskId, output: '1' as Json });
        let isOver = false;
        const polled = poll(house.engine, 'task', { holdMs: 100, idleHoldMs: 10_000 }).finally(() => (isOver = true));
        const asked = house.clock.now();
        while (!isOver) {
          await house.store.ping();
          house.clock.advance(100);
          await house.store.ping();
        }
        expect(await polled).toBeUndefined();
        expect(house.clock.now() - asked).toBeLessThan(10_000);
      }));

    test('R14 an attempt that is handed back does not count against the policy', () =>
      withHouse(async (house) => {
        const { id } = await startTask(house.engine, { retry: { maxRetries: 1 } });
        for (let round = 0; round < 3; round += 1) await (await take(house, 'task'))?.putBack();
        const record = () => house.store.queries.task(orgId, id as string as TaskId);
        for (const status of ['PENDING', 'FAILED'] as const) {
          const { taskId } = taskOf(await take(house, 'task'));
          await house.engine.unary.failTask({ ...caller, taskId, error: 'no' });
          expect((await record())?.task.status).toBe(status);
        }
        expect((await record())?.task.executionCount).toBe(5);
        await house.assertSound(id);
      }));

    test('gets what was decided twice all the same: a child whose parent had to be read first', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        await take(house, 'workflow');
        await submit(house, { executionId: id, commands: [child()], outcome: completed() });
        const polled = await take(house, 'workflow');
        await submit(house, { executionId: idOf(polled), commands: [], outcome: completed() });
        expect((await house.facts(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      }));

    test('R16 gets only kinds it can do', () =>
      withHouse(async (house) => {
        await start(house.engine, { kind: 'other' });
        const { id } = await start(house.engine);
        const held = take(house, 'workflow', { kinds: ['w'] });
        expect(idOf(await held)).toBe(id);
      }));

    test('R08 that is silent for too long loses what it had; a heartbeat keeps it', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        const held = take(house, 'workflow');
        await held;
        house.engine.unary.heard(caller, true);
        for (let round = 0; round < 5; round += 1) {
          house.clock.advance(50_000);
          house.engine.unary.heard({ ...caller, peer: 'another connection' }, true);
          await house.engine.loops.leases.tick();
        }
        expect((await house.store.queries.workflow(orgId, id))?.workflow.status).toBe('RUNNING');
        house.clock.advance(60_001);
        await house.engine.loops.leases.tick();
        expect((await house.store.queries.workflow(orgId, id))?.workflow.status).toBe('PENDING');
        expect(await house.news(id)).toEqual(['WORKFLOW_CREATED', 'WORKFLOW_STARTED']);
      }));

    test('R08 that died is not kept alive by the heartbeats of another process of its name', () =>
      withHouse(async (house) => {
        const { unary, loops } = house.engine;
        const [older, newer] = ['127.0.0.1:11', '127.0.0.1:12'].map((peer) => ({ ...caller, peer }));
        if (older === undefined || newer === undefined) throw new Error('there are two');
        const statusOf = async (id: ExecutionId) => (await house.store.queries.workflow(orgId, id))?.workflow.status;
        const polls = async (one: typeof caller): Promise<void> => {
          const gone = new AbortController();
          const polled = poll(house.engine, 'task', { ...one, signal: gone.signal });
          await house.store.ping();
          gone.abort();
          await polled;
        };
        /** One has nothing to do, the other one dies with work in its hands. */
        const dies = async (dead: typeof caller, living: typeof caller, queue: string): Promise<void> => {
          await polls(living);
          const { id } = await start(house.engine, { queue });
          expect(idOf(await take(house, 'workflow', { ...dead, queue }))).toBe(id);
          unary.heard(dead, true);
          for (let round = 0; round < 2; round += 1) {
            expect(await statusOf(id)).toBe('RUNNING');
            house.clock.advance(30_001);
            unary.heard(living, true);
            await loops.leases.tick();
          }
          expect(await statusOf(id)).toBe('PENDING');
        };
        // Nobody has registered since this server was started: each speaks for itself.
        await dies(newer, older, 'a');
        await dies(older, newer, 'b');
        unary.registered(older, 'older');
        await polls(older);
        unary.registered(newer, 'newer');
        await polls(newer);
        await dies(newer, older, 'c');
        await dies(older, newer, 'd');
      }));

    test('that never sends heartbeats is waited for longer, and a lost attempt counts', () =>
      withHouse(async (house) => {
        const { id } = await startTask(house.engine);
        const held = take(house, 'task');
        await held;
        house.clock.advance(299_000);
        await house.engine.loops.leases.tick();
        const task = () => house.store.queries.task(orgId, id as string as TaskId);
        expect((await task())?.task.status).toBe('RUNNING');
        house.clock.advance(1_001);
        await house.engine.loops.leases.tick();
        expect((await task())?.task).toMatchObject({ status: 'PENDING', error: 'Worker lost', executionCount: 1 });
      }));

    test('hears of a cancelled task by its heartbeat, and its workflow as of a failure', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        const held = take(house, 'workflow');
        await held;
        await submit(house, { executionId: id, commands: [schedule()], outcome: suspended });
        const attempt = take(house, 'task');
        const { taskId } = taskOf(await attempt);
        await house.engine.unary.heartbeatTask({ ...caller, taskId });
        await house.engine.unary.cancelTask({ ...caller, taskId, reason: 'enough' });
        await house.engine.unary.cancelTask({ ...caller, taskId, reason: 'enough' });
        expect(await refusal(house.engine.unary.heartbeatTask({ ...caller, taskId }))).toBe('LEASE_LOST');
        const late = house.engine.unary.completeTask({ ...caller, taskId, output: '1' as Json });
        expect(await refusal(late)).toBe('LEASE_LOST');
        const end = (await house.history(id)).at(-1);
        expect(end?.type).toBe('TASK_FAILED');
        expect(JSON.parse(end?.data ?? '{}')).toMatchObject({
          error: 'Task cancelled',
          retryable: false,
          cancelled: true,
        });
        expect(await house.news(id)).toContain('TASK_CANCELLED');
        await house.assertSound(id);
      }));

    test('has no ear for cancellation: what it waits for ends at once, what it runs when it gives it back', () =>
      withHouse(async (house) => {
        const cancel = (id: ExecutionId) =>
          house.engine.cancelWorkflow({ orgId, id, reason: 'enough', requestedBy: 'me' });
        const first = (await start(house.engine)).id;
        const held = take(house, 'workflow');
        await held;
        await submit(house, { executionId: first, commands: [timer('t', 99)], outcome: suspended });
        await cancel(first);
        expect((await house.facts(first)).slice(-3)).toEqual([
          'CANCELLATION_REQUESTED',
          'TIMER_CANCELLED',
          'WORKFLOW_CANCELLED',
        ]);

        const second = (await start(house.engine)).id;
        const running = take(house, 'workflow');
        expect(idOf(await running)).toBe(second);
        await cancel(second);
        await submit(house, { executionId: second, commands: [schedule()], outcome: suspended });
        expect((await house.news(second)).slice(-4)).toEqual([
          'CANCELLATION_REQUESTED',
          'TASK_CREATED',
          'TASK_CANCELLED',
          'WORKFLOW_CANCELLED',
        ]);
        for (const id of [first, second]) await house.assertSound(id);
      }));

    test('R18 has its last words written before the end, and later ones passed over', () =>
      withHouse(async (house) => {
        const { id } = await startTask(house.engine);
        const held = take(house, 'task');
        await held;
        const ref = { ...caller, taskId: id as string as TaskId };
        expect(await house.engine.unary.stream({ ...ref, output: tokenOf('a') })).toBe(true);
        const end = house.engine.unary.completeTask({ ...ref, output: '1' as Json });
        const word = house.engine.unary.stream({ ...ref, output: tokenOf('b') });
        expect(await word).toBe(true);
        for (let ms = 0; ms < 100; ms += 5) {
          house.clock.advance(5);
          await Promise.resolve();
        }
        await end;
        expect(await house.engine.unary.stream({ ...ref, output: tokenOf('c') })).toBe(false);
        expect(await house.news(id)).toEqual(['TASK_CREATED', 'TASK_STARTED', 'token', 'token', 'TASK_COMPLETED']);
        await house.assertSound(id);
      }));

    test('works beside session workers on one execution', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { taskKinds: [] });
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule()], waiting);
        const held = take(house, 'task');
        const { taskId } = taskOf(await held);
        await house.engine.unary.completeTask({ ...caller, taskId, output: '7' as Json });
        const given = await worker.activation();
        const foreign = submit(house, { executionId: id, commands: [], outcome: completed() });
        expect(await refusal(foreign)).toBe('LEASE_LOST');
        await worker.turn(given, [], completed());
        await house.assertSound(id);
      }));
  });
}
