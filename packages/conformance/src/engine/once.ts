import type { RequestOnce } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';

const once: RequestOnce = { key: 'k1', fingerprint: 'a', ttlSeconds: 60 };

export function onceSuite({ name, withHouse, withTwoHouses }: Houses): void {
  const signal = (
    house: House,
    id: Parameters<House['engine']['signalWorkflow']>[0]['id'],
    more: Partial<RequestOnce> = {},
  ) =>
    house.engine.signalWorkflow({
      orgId,
      id,
      signalName: 'go',
      signalValue: '1' as Json,
      once: { ...once, ...more },
    });

  describe(`engine on ${name}: R29 a request with an identity`, () => {
    test('is carried out once, and answered alike every time', () =>
      withHouse(async (house) => {
        const [first, second] = await Promise.all([start(house.engine, { once }), start(house.engine, { once })]);
        expect(second).toEqual(first);
        expect(first.created).toBe(true);
        expect(await start(house.engine, { once })).toEqual(first);
        const key = { key: 'k2' };
        const answers = [await signal(house, first.id, key), await signal(house, first.id, key)];
        expect(answers[1]).toEqual(answers[0]);
        expect(await house.facts(first.id)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED']);
      }));

    test('with other content is refused, without a trace', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine, { once });
        expect(await refusal(signal(house, id, { fingerprint: 'b' }))).toBe('IDEMPOTENCY_KEY_REUSED');
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED']);
      }));

    test('that was refused may be sent again, and one whose time is over is a new one', () =>
      withHouse(async (house) => {
        const nobody = '00000000-0000-4000-8000-000000000000' as Parameters<typeof signal>[1];
        expect(await refusal(signal(house, nobody))).toBe('NOT_FOUND');
        const { id } = await start(house.engine);
        await signal(house, id);
        house.clock.advance(60_000);
        await signal(house, id);
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED', 'SIGNAL_RECEIVED']);
      }));

    test('is not confused with an idempotency key of the same text', () =>
      withHouse(async (house) => {
        const first = await start(house.engine, { once });
        const keyed = await start(house.engine, { idempotency: { key: 'k1', ttlSeconds: 60 } });
        expect(keyed.id).not.toBe(first.id);
      }));

    test('counts once, whichever process it comes to', () =>
      withTwoHouses(async (a, b) => {
        const answers = await Promise.all([a, b, a, b].map((house) => start(house.engine, { once })));
        expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
        expect(answers.every(({ created }) => created)).toBe(true);
      }));
  });
}
