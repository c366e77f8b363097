import type { TaskId } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { child, completed, failed, newTaskId, schedule, waiting, waitingFor } from '../support/commands.js';
import type { Fault } from '../support/flaky-store.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { randomLife } from '../support/random-life.js';
import { input, refOf, refusal, seed, start, startTask, tokenOf } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function faultSuite({ name, withHouse, withTwoHouses }: Houses): void {
  describe(`engine on ${name}: when the store refuses or is lost`, () => {
    test('R05 a refused or half-answered commit has one effect all the same', async () => {
      const fault = fc.constantFrom<Fault>('none', 'none', 'conflict', 'lost-before', 'lost-after');
      await fc.assert(
        fc.asyncProperty(
          fc.array(fault, { maxLength: 12 }),
          fc.array(fc.nat(5), { maxLength: 20 }),
          async (plan, moves) => {
            // Three losses in a row are an outage, which callers are told of.
            const survivable = plan.filter((kind, at) => !outage(plan, kind, at));
            await withHouse((house) => randomLife(house, moves), survivable);
          },
        ),
        { numRuns: name === 'memory' ? 60 : 5, ...seed() },
      );
    }, 120_000);

    test.each(['signal', 'start', 'token', 'deletion'] as const)(
      'R05 a %s whose commit was stored, and whose answer was lost, happens once',
      async (what) => {
        const act = {
          signal: async (house: House) => {
            const { id } = await start(house.engine);
            const signal = { orgId, id, signalName: 'go', signalValue: '1' as Json };
            expect(await house.engine.signalWorkflow(signal)).toEqual({ sequence: 2, resumed: false });
            expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED']);
          },
          start: async (house: House) => {
            await start(house.engine);
            const { id, created } = await start(house.engine);
            expect(created).toBe(true);
            expect(await house.news(id)).toEqual(['WORKFLOW_CREATED']);
            const { total } = await house.store.queries.workflows(orgId, { limit: 10, offset: 0 });
            expect(total).toBe(2);
          },
          token: async (house: House) => {
            const worker = await connectWorker(house.engine, orgId);
            await startTask(house.engine);
            const given = await worker.task();
            const entries = { ...refOf(given), first: 0, output: [tokenOf('a')] };
            expect(await worker.session.appendEntries(entries)).toEqual({ stored: 1 });
            expect(await house.news(given.executionId)).toEqual(['TASK_CREATED', 'TASK_STARTED', 'token']);
          },
          deletion: async (house: House) => {
            const taskId = (await startTask(house.engine)).id as string as TaskId;
            await house.engine.deleteTask({ orgId, id: taskId });
            expect(await house.store.queries.task(orgId, taskId)).toBeUndefined();
          },
        }[what];
        await withHouse(act, ['none', 'lost-after']);
      },
    );

    test('R08 a turn whose history cannot be read is given to its worker when it can', () =>
      withTwoHouses(async (a, b) => {
        const { id } = await start(a.engine);
        const unread = vi.spyOn(b.store.queries, 'history');
        const away = new ServiceError('UNAVAILABLE', 'The database is away.');
        unread.mockRejectedValueOnce(away).mockRejectedValueOnce(away);
        const worker = await connectWorker(b.engine, orgId);
        await b.engine.loops.dispatch.tick();
        await vi.waitFor(() => expect(b.reporter.said).toHaveLength(1));
        b.clock.advance(1_000);
        await vi.waitFor(() => expect(b.reporter.said).toHaveLength(2));
        b.clock.advance(1_000);
        await worker.turn(await worker.activation(), [], completed(1));
        expect(await b.facts(id)).toEqual(['WORKFLOW_STARTED', 'WORKFLOW_COMPLETED']);
      }));

    test(
      'R03 two servers on one store never store two things under one number',
      () =>
        withTwoHouses(async (a, b) => {
          const worker = await connectWorker(b.engine, orgId);
          const { id } = await start(b.engine);
          const commands = Array.from({ length: 20 }, () => schedule({ kind: 'u' }));
          await worker.turn(await worker.activation(), commands, waiting);
          const half = { workflowKinds: [], taskKinds: ['u'], taskCapacity: 10 };
          const helpers = await Promise.all([
            connectWorker(a.engine, orgId, half),
            connectWorker(b.engine, orgId, half),
          ]);
          await Promise.all([a.engine.loops.dispatch.tick(), b.engine.loops.dispatch.tick()]);
          await Promise.all(
            helpers.flatMap((helper) =>
              Array.from({ length: 10 }, async () => {
                const task = await helper.task();
                await helper.session.appendEntries({ ...refOf(task), first: 0, output: [tokenOf('x')] });
                await helper.complete(task);
              }),
            ),
          );
          expect((await a.facts(id)).filter((fact) => fact === 'TASK_COMPLETED')).toHaveLength(20);
          await a.assertSound(id);
        }),
      30_000,
    );

    test('R08 a child that ends at one server is told to its parent, however long that server has not heard of it', () =>
      withTwoHouses(async (a, b) => {
        const { id } = await start(b.engine);
        const worker = await connectWorker(a.engine, orgId);
        await a.engine.loops.dispatch.tick();
        const parent = await worker.activation();
        await b.engine.signalWorkflow({ orgId, id, signalName: 'early', signalValue: input });
        await worker.turn(parent, [child()], waitingFor('CHILD_WORKFLOW'));
        await worker.session.close();
        const other = await connectWorker(b.engine, orgId);
        await b.engine.loops.dispatch.tick();
        const held = [await other.activation(), await other.activation()];
        const given = held.find(({ executionId }) => executionId !== id);
        if (given === undefined) throw new Error('the child was not given out');
        await other.turn(given, [], completed('grown up'));
        const facts = await b.facts(id);
        expect(facts).toContain('CHILD_WORKFLOW_STARTED');
        expect(facts).toContain('CHILD_WORKFLOW_COMPLETED');
        for (const one of [id, given.executionId]) await b.assertSound(one);
      }));

    test('what one server refuses it refuses on what all have done', () =>
      withTwoHouses(async (a, b) => {
        const { id } = await start(a.engine);
        await b.engine.signalWorkflow({ orgId, id, signalName: 'early', signalValue: input });
        const worker = await connectWorker(a.engine, orgId);
        await a.engine.loops.dispatch.tick();
        await worker.turn(await worker.activation(), [], failed('no'));
        await b.engine.retryWorkflow({ orgId, id, note: 'again' });
        expect(await refusal(b.engine.retryWorkflow({ orgId, id, note: 'again' }))).toBe('FAILED_PRECONDITION');
        expect(await b.facts(id)).toContain('RETRY_REQUESTED');
      }));

    test('what one server deleted is nowhere any more', () =>
      withTwoHouses(async (a, b) => {
        const taskId = (await startTask(b.engine)).id as string as TaskId;
        const worker = await connectWorker(b.engine, orgId);
        await b.engine.loops.dispatch.tick();
        const task = await worker.task();
        worker.session.setCapacity({ workflows: 0, tasks: 0 });
        await worker.fail(task, 'not yet');
        await a.engine.deleteTask({ orgId, id: taskId });
        expect(await refusal(worker.fail(task, 'not yet'))).toBe('NOT_FOUND');
        expect(await refusal(b.engine.cancelTask({ orgId, id: taskId, reason: '' }))).toBe('NOT_FOUND');
      }));

    test('a worker gets no more than it takes when its claims are stored at the second try', () =>
      withHouse(
        async (house) => {
          const first = await connectWorker(house.engine, orgId, { workflowCapacity: 1 });
          const { id } = await start(house.engine);
          await first.turn(await first.activation(), [child({ prioritySeconds: 20 })], waitingFor('SIGNAL'));
          await first.session.close();
          // The child and another one come first; the parent is touched by the news that the child has begun.
          await house.engine.signalWorkflow({ orgId, id, signalName: 'go', signalValue: '1' as Json });
          await start(house.engine, { prioritySeconds: 10 });
          const worker = await connectWorker(house.engine, orgId, { workflowCapacity: 2 });
          await house.engine.loops.dispatch.tick();
          await Promise.all([worker.activation(), worker.activation()]);
          expect(worker.received).toHaveLength(2);
        },
        ['none', 'none', 'none', 'none', 'conflict'],
      ));

    test('one refused change does nothing to those stored with it', () =>
      withHouse(async (house) => {
        const unknown = newTaskId() as TaskId;
        const [good, bad, alsoGood] = await Promise.all([
          start(house.engine),
          refusal(house.engine.cancelTask({ orgId, id: unknown, reason: '' })),
          start(house.engine),
        ]);
        expect(bad).toBe('NOT_FOUND');
        for (const { id } of [good, alsoGood]) expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED']);
      }));
  });
}

/** Whether a loss would be one too many in a row. */
function outage(plan: readonly Fault[], kind: Fault, at: number): boolean {
  return kind !== 'none' && at >= 2 && plan[at - 1] !== 'none' && plan[at - 2] !== 'none';
}
