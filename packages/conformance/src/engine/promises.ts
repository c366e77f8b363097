import type { ExecutionId } from '@flovyn/engine';
import type { Command, Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { completed, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

const value = '{"yes":true}' as Json;

function promise(more: Partial<Extract<Command, { type: 'CREATE_PROMISE' }>> = {}): Command {
  return { type: 'CREATE_PROMISE', promiseName: 'approval', ...more };
}

/** What history says of promises. */
async function promiseFacts(house: House, id: ExecutionId) {
  const events = (await house.history(id)).filter(({ type }) => type.startsWith('PROMISE_'));
  return events.map(({ type, data }) => ({
    type,
    ...(JSON.parse(data) as { promiseId: string; promiseName: string }),
  }));
}

async function promiseIdOf(house: House, id: ExecutionId): Promise<string> {
  const created = (await house.history(id)).find(({ type }) => type === 'PROMISE_CREATED');
  return (JSON.parse(created?.data ?? '{}') as { promiseId: string }).promiseId;
}

export function promiseSuite({ name, withHouse }: Houses): void {
  const waitingForIt = async (house: House, command = promise()) => {
    const worker = await connectWorker(house.engine, orgId);
    const { id } = await start(house.engine);
    await worker.turn(await worker.activation(), [command], waitingFor('PROMISE'));
    return { worker, id, promiseId: await promiseIdOf(house, id) };
  };
  const settle = (house: House, ref: Parameters<House['engine']['settlePromise']>[0]['promise'], error?: string) =>
    house.engine.settlePromise({
      orgId,
      promise: ref,
      outcome: error === undefined ? { type: 'resolved', value } : { type: 'rejected', error },
    });

  describe(`engine on ${name}: a promise`, () => {
    test('is kept by its id, once, and the execution goes on', () =>
      withHouse(async (house) => {
        const { worker, id, promiseId } = await waitingForIt(house);
        expect(await settle(house, { promiseId })).toEqual({ promiseId, already: false });
        expect(await settle(house, { promiseId }, 'too late')).toEqual({ promiseId, already: true });
        const given = await worker.activation();
        expect(JSON.parse(given.events.at(-1)?.data ?? '{}')).toEqual({
          promiseId,
          promiseName: 'approval',
          value: { yes: true },
        });
        await worker.turn(given, [], completed());
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'PROMISE_CREATED',
          'WORKFLOW_SUSPENDED',
          'PROMISE_RESOLVED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
      }));

    test('is rejected by its name in the execution', () =>
      withHouse(async (house) => {
        const { id } = await waitingForIt(house);
        await settle(house, { executionId: id, name: 'approval' }, 'no');
        expect(await house.news(id)).toContain('PROMISE_REJECTED');
        await house.assertSound(id);
      }));

    test('is found by its idempotency key while that lives', () =>
      withHouse(async (house) => {
        const { promiseId } = await waitingForIt(
          house,
          promise({ idempotencyKey: 'order:7', idempotencyKeyTtlSeconds: 60 }),
        );
        expect(await settle(house, { key: 'order:7' })).toEqual({ promiseId, already: false });
        house.clock.advance(61_000);
        expect(await refusal(settle(house, { key: 'order:7' }))).toBe('NOT_FOUND');
      }));

    test('cannot take a key that stands for another one: the turn is refused whole', () =>
      withHouse(async (house) => {
        const { worker } = await waitingForIt(house, promise({ idempotencyKey: 'taken' }));
        const { id } = await start(house.engine);
        const given = await worker.activation();
        const turn = worker.turn(given, [promise({ idempotencyKey: 'taken' })], waitingFor('PROMISE'));
        expect(await refusal(turn)).toBe('FAILED_PRECONDITION');
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED']);
      }));

    test('runs out of time, which the execution is told', () =>
      withHouse(async (house) => {
        const { worker, id, promiseId } = await waitingForIt(house, promise({ timeoutMs: 2_000 }));
        house.clock.advance(1_999);
        await house.engine.loops.timers.tick();
        expect(await house.facts(id)).not.toContain('PROMISE_TIMEOUT');
        house.clock.advance(1);
        await house.engine.loops.timers.tick();
        expect((await worker.activation()).events.at(-1)?.type).toBe('PROMISE_TIMEOUT');
        expect(await settle(house, { promiseId })).toEqual({ promiseId, already: true });
        expect((await house.news(id)).at(-1)).toBe('WORKFLOW_RESUMED');
        await house.assertSound(id);
      }));

    test('of a name that is used again is one more promise, and its maker may keep it itself', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const keep = { type: 'RESOLVE_PROMISE', promiseName: 'approval', value } as const;
        await worker.turn(await worker.activation(), [promise(), promise(), keep, keep], waitingFor('PROMISE'));
        // What the turn itself brought about is news to its code.
        await worker.turn(await worker.activation(), [], completed());
        const facts = await house.facts(id);
        const [created, resolved] = ['PROMISE_CREATED', 'PROMISE_RESOLVED'];
        expect(facts.filter((fact) => fact.startsWith('PROMISE_'))).toEqual([created, created, resolved, resolved]);
        const ids = (await promiseFacts(house, id)).map(({ promiseId }) => promiseId);
        expect(ids).toEqual([ids[0], ids[1], ids[0], ids[1]]);
        expect(new Set(ids).size).toBe(2);
        await house.assertSound(id);
      }));

    test('of a name that is used again, also in a later turn, is settled and runs out by itself', () =>
      withHouse(async (house) => {
        const { worker, id, promiseId: first } = await waitingForIt(house);
        const byName = { executionId: id, name: 'approval' };
        expect(await settle(house, byName)).toEqual({ promiseId: first, already: false });
        const again = [promise({ timeoutMs: 2_000 }), promise()];
        await worker.turn(await worker.activation(), again, waitingFor('PROMISE'));
        const [, , second, third] = (await promiseFacts(house, id)).map(({ promiseId }) => promiseId);
        house.clock.advance(2_000);
        await house.engine.loops.timers.tick();
        expect(await settle(house, { promiseId: second ?? '' })).toEqual({ promiseId: second, already: true });
        expect(await settle(house, byName)).toEqual({ promiseId: third, already: false });
        expect(await settle(house, byName)).toEqual({ promiseId: first, already: true });
        expect((await promiseFacts(house, id)).map(({ type, promiseName }) => `${type} ${promiseName}`)).toEqual([
          'PROMISE_CREATED approval',
          'PROMISE_RESOLVED approval',
          'PROMISE_CREATED approval',
          'PROMISE_CREATED approval',
          'PROMISE_TIMEOUT approval',
          'PROMISE_RESOLVED approval',
        ]);
        await house.assertSound(id);
      }));

    test('of an execution that has ended cannot be settled; an unknown one is not found', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [promise()], completed());
        const promiseId = await promiseIdOf(house, id);
        expect(await refusal(settle(house, { promiseId }))).toBe('FAILED_PRECONDITION');
        expect(await refusal(settle(house, { promiseId: id }))).toBe('NOT_FOUND');
        expect((await house.news(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      }));
  });
}
