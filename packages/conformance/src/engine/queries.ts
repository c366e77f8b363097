import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function querySuite({ name, withHouse }: Houses): void {
  const ask = (house: House, id: Parameters<House['engine']['queryWorkflow']>[0]['id']) =>
    house.engine.queryWorkflow({ orgId, id, name: 'progress', params: 'null' as Json, timeoutMs: 500 });

  describe(`engine on ${name}: a query`, () => {
    test('goes to the live instance, and its answer comes back', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [], waitingFor('SIGNAL'));
        const answer = ask(house, id);
        const query = await worker.query();
        expect(query).toMatchObject({ executionId: id, name: 'progress', replay: undefined });
        expect(worker.session.answerQuery(query.queryId, { result: '7' as Json })).toBe(true);
        expect(await answer).toEqual({ result: '7' });
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'WORKFLOW_SUSPENDED']);
      }));

    test('without a live instance goes to one who can replay it, with everything for that', () =>
      withHouse(async (house) => {
        const first = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await first.turn(await first.activation(), [], waitingFor('SIGNAL'));
        await first.session.close();
        expect(await ask(house, id)).toBeUndefined();
        const second = await connectWorker(house.engine, orgId);
        const answer = ask(house, id);
        const query = await second.query();
        expect(query.replay?.events.map(({ type }) => type)).toEqual(['WORKFLOW_STARTED', 'WORKFLOW_SUSPENDED']);
        second.session.answerQuery(query.queryId, { error: 'no such query' });
        expect(await answer).toEqual({ error: 'no such query' });
      }));

    test('that nobody answers ends in time, and its late answer is nobody’s', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [], waitingFor('SIGNAL'));
        const answer = refusal(ask(house, id));
        const { queryId } = await worker.query();
        house.clock.advance(500);
        expect(await answer).toBe('DEADLINE_EXCEEDED');
        expect(worker.session.answerQuery(queryId, { result: '7' as Json })).toBe(false);
        const nobody = '00000000-0000-4000-8000-000000000000' as typeof id;
        expect(await refusal(ask(house, nobody))).toBe('NOT_FOUND');
      }));
  });
}
