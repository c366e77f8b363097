import type { Engine, ExecutionId, TaskId } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { completed, newTaskId, schedule, timer, waiting, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refOf, refusal, start, startTask, tokenOf } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

const caller = { orgId, worker: 'foreign', peer: '127.0.0.1:1' };

/** What has been counted, without the batches and the entries of news: how many there are is a matter of timing. */
function counted({ meter }: House): Record<string, number> {
  return Object.fromEntries([...meter.counts].filter(([name]) => !/^(batch|entry state|carried out)/.test(name)));
}

function poll(engine: Engine, type: 'workflow' | 'task', kinds: readonly string[] | undefined, holdMs = 0) {
  const { signal } = new AbortController();
  return engine.unary.poll({ ...caller, type, queue: 'default', kinds, holdMs, signal });
}

/** Gives a standalone task to a worker that makes single calls. */
async function takeTask(house: House): Promise<ExecutionId> {
  const held = poll(house.engine, 'task', ['t'], 1_000);
  while (house.engine.present().polls === 0) await house.store.ping();
  const { id } = await startTask(house.engine);
  await held;
  return id;
}

export function measureSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: what operators are told`, () => {
    test('counts each thing once, by its sort and how it ended', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const first = await worker.activation();
        await worker.turn(first, [schedule(), schedule(), timer('t1', 1_000)], waiting);
        await worker.fail(await worker.task(), 'once');
        await worker.fail(await worker.task(), 'for good', false);
        await house.engine.signalWorkflow({ orgId, id, signalName: 'go', signalValue: 'null' as Json });
        const second = await worker.activation();
        await worker.turn(second, [], waiting);
        const again = await worker.task();
        await worker.session.appendEntries({ ...refOf(again), first: 0, output: [tokenOf('a'), tokenOf('b')] });
        await worker.complete(again);
        await worker.turn(await worker.activation(), [], completed());
        expect(counted(house)).toEqual({
          'workflow started': 1,
          'turn given to session': 3,
          'task created': 2,
          'task given to session': 3,
          'attempt failed': 2,
          'task failed': 1,
          'signal received': 1,
          'entry token': 2,
          'attempt completed': 1,
          'task completed': 1,
          'workflow completed': 1,
        });
      }));

    test('counts refusals by their code, and what was carried out', () =>
      withHouse(async (house) => {
        await start(house.engine);
        expect(await refusal(house.engine.cancelTask({ orgId, id: newTaskId() as TaskId, reason: '' }))).toBe(
          'NOT_FOUND',
        );
        expect(house.meter.counts.get('carried out')).toBe(1);
        expect(house.meter.counts.get('refused NOT_FOUND')).toBe(1);
      }));

    test('counts nothing of a batch that was not stored', () =>
      withHouse(
        async (house) => {
          await start(house.engine);
          expect(Object.fromEntries(house.meter.counts)).toEqual({
            'batch conflict': 1,
            'batch stored': 1,
            'carried out': 1,
            'workflow started': 1,
            'entry state': 1,
          });
        },
        ['conflict'],
      ));

    test('says how late time was', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { taskKinds: [] });
        await start(house.engine);
        await worker.turn(
          await worker.activation(),
          [timer('t1', 1_000), schedule({ timeoutMs: 500 })],
          waitingFor('TIMER'),
        );
        await startTask(house.engine, { scheduledAt: house.clock.now() + 900 });
        house.clock.advance(1_200);
        await house.engine.loops.timers.tick();
        expect(house.meter.fired).toHaveLength(3);
        expect(house.meter.fired).toEqual(
          expect.arrayContaining([
            { type: 'timer', lateMs: 200 },
            { type: 'deadline', lateMs: 700 },
            { type: 'delay', lateMs: 300 },
          ]),
        );
      }));

    test('R18 counts output that came too late, and says so once for each task', () =>
      withHouse(async (house) => {
        const taskId = (await takeTask(house)) as string as TaskId;
        await house.engine.unary.completeTask({ ...caller, taskId, output: '1' as Json });
        for (const text of ['a', 'b']) {
          expect(await house.engine.unary.stream({ ...caller, taskId, output: tokenOf(text) })).toBe(false);
        }
        expect(counted(house)).toMatchObject({ late: 2, 'attempt completed': 1, 'task given to poll': 1 });
        expect(house.reporter.said.filter(({ message }) => message.startsWith('Output of a task'))).toHaveLength(1);
      }));

    test('R16 tells ready work that nobody present takes from the rest', () =>
      withHouse(async (house) => {
        const { engine } = house;
        expect(engine.present()).toEqual({ sessions: 0, singles: 0, polls: 0 });
        await start(engine);
        await startTask(engine);
        await startTask(engine, { kind: 'exotic' });
        const task = { ready: 2, unserved: 2 };
        expect(await engine.waiting()).toEqual({ workflow: { ready: 1, unserved: 1 }, task });
        // Without room, but here.
        const { session } = await connectWorker(engine, orgId, { workflowCapacity: 0, taskKinds: [] });
        expect(await engine.waiting()).toEqual({ workflow: { ready: 1, unserved: 0 }, task });
        expect(engine.present()).toEqual({ sessions: 1, singles: 0, polls: 0 });
        session.disconnected();
        expect((await engine.waiting()).workflow).toEqual({ ready: 1, unserved: 1 });

        const held = poll(engine, 'task', ['t', 'other'], 1_000);
        while (engine.present().polls === 0) await house.store.ping();
        expect(engine.present()).toEqual({ sessions: 0, singles: 1, polls: 1 });
        expect((await engine.waiting()).task).toEqual({ ready: 2, unserved: 1 });
        house.clock.advance(1_000);
        await held;
        // Between two polls it is still here.
        expect((await engine.waiting()).task).toEqual({ ready: 2, unserved: 1 });
        expect(engine.present()).toEqual({ sessions: 0, singles: 1, polls: 0 });
      }));
  });
}
