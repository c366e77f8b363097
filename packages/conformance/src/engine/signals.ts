import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { completed, schedule, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { input, refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

const value = '{"n":1}' as Json;

export function signalSuite({ name, withHouse, withTwoHouses }: Houses): void {
  const withStart = (house: House, key = 'chat-1') =>
    house.engine.signalWithStart({
      orgId,
      kind: 'w',
      input,
      queue: 'default',
      key: { key, ttlSeconds: 60 },
      signalName: 'message',
      signalValue: value,
    });
  const signal = (house: House, id: Parameters<House['engine']['signalWorkflow']>[0]['id'], signalName = 'go') =>
    house.engine.signalWorkflow({ orgId, id, signalName, signalValue: value });

  describe(`engine on ${name}: a signal`, () => {
    test('wakes an execution that waits, whatever it waits for, and is numbered', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule()], waitingFor('TASK'));
        expect(await signal(house, id)).toEqual({ sequence: 4, resumed: true });
        expect(await signal(house, id, 'more')).toEqual({ sequence: 5, resumed: false });
        const given = await worker.activation();
        expect(given.events.at(-1)?.type).toBe('SIGNAL_RECEIVED');
        await house.assertSound(id);
      }));

    test('R11 that comes while the code runs is not lost to the wait that follows', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const given = await worker.activation();
        await signal(house, id);
        await worker.turn(given, [], waitingFor('SIGNAL'));
        const next = await worker.activation();
        expect(next.events.map(({ type }) => type)).toEqual(['SIGNAL_RECEIVED', 'WORKFLOW_SUSPENDED']);
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'WORKFLOW_SUSPENDED',
          'WORKFLOW_RESUMED',
        ]);
        // And nothing wakes it a second time for the same signal.
        await worker.turn(next, [], waitingFor('SIGNAL'));
        await house.engine.loops.dispatch.tick();
        expect((await house.news(id)).at(-1)).toBe('WORKFLOW_SUSPENDED');
        await house.assertSound(id);
      }));

    test('before anybody took the execution is there from the first line', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        await signal(house, id);
        const worker = await connectWorker(house.engine, orgId);
        await house.engine.loops.dispatch.tick();
        expect((await worker.activation()).events.map(({ type }) => type)).toEqual([
          'WORKFLOW_STARTED',
          'SIGNAL_RECEIVED',
        ]);
      }));

    test('to an execution that has ended, or to none, is refused without a trace', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [], completed());
        expect(await refusal(signal(house, id))).toBe('FAILED_PRECONDITION');
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'WORKFLOW_COMPLETED']);
        const nobody = '00000000-0000-4000-8000-000000000000' as typeof id;
        expect(await refusal(signal(house, nobody))).toBe('NOT_FOUND');
      }));

    test('with start: the first call starts, the others signal; the code sees it from its first line', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const [first, second] = await Promise.all([withStart(house), withStart(house)]);
        expect([first.created, second.created]).toEqual([true, false]);
        expect(second.id).toBe(first.id);
        expect([first.sequence, second.sequence]).toEqual([2, 3]);
        const given = await worker.activation();
        expect(given.events.slice(0, 2).map(({ type }) => type)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED']);
        await worker.turn(given, [], completed());
        // The keyed execution has ended, so the next call begins a new one.
        const third = await withStart(house);
        expect(third).toMatchObject({ created: true });
        expect(third.id).not.toBe(first.id);
        expect((await withStart(house)).id).toBe(third.id);
        await house.assertSound(first.id);
      }));

    test('R29 with start, from two processes at once: one execution, two signals', () =>
      withTwoHouses(async (a, b) => {
        const answers = await Promise.all([a, b, a, b, a, b].map((house) => withStart(house)));
        expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
        expect(answers.filter(({ created }) => created)).toHaveLength(1);
        expect(answers.map(({ sequence }) => sequence).toSorted((x, y) => x - y)).toEqual([2, 3, 4, 5, 6, 7]);
      }));
  });
}
