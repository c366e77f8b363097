import type { ExecutionId } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { child, completed, failed, schedule, timer, waiting, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function againSuite({ name, withHouse }: Houses): void {
  const retry = (house: House, id: ExecutionId) => house.engine.retryWorkflow({ orgId, id, note: 'once more' });

  describe(`engine on ${name}: a failed workflow that is retried`, () => {
    test('goes on from its history, and its stream goes on after the end it had', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [], failed('no'));
        await retry(house, id);
        const given = await worker.activation();
        expect(given.events.map(({ type }) => type)).toEqual([
          'WORKFLOW_STARTED',
          'WORKFLOW_EXECUTION_FAILED',
          'RETRY_REQUESTED',
        ]);
        await worker.turn(given, [], completed());
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'WORKFLOW_FAILED',
          'RETRY_REQUESTED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
        expect(await refusal(retry(house, id))).toBe('FAILED_PRECONDITION');
      }));

    test('is told what ended while it was closed, and its timers run on', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const commands = [schedule(), schedule(), timer('t', 1_000), child()];
        await worker.turn(await worker.activation(), commands, waiting);
        const [one, two] = [await worker.task(), await worker.task()];
        const born = await worker.activation();
        await house.engine.signalWorkflow({ orgId, id, signalName: 'x', signalValue: 'null' as never });
        await worker.turn(await worker.activation(), [], failed('tired'));
        // All of this happens to a closed execution, of which nothing may be heard.
        await worker.complete(one, 'late');
        await worker.fail(two, 'late too', false);
        await worker.turn(born, [], completed('late as well'));
        house.clock.advance(1_000);
        await house.engine.loops.timers.tick();
        expect((await house.news(id)).at(-1)).toBe('WORKFLOW_FAILED');

        await retry(house, id);
        await house.engine.loops.timers.tick();
        const facts = await house.facts(id);
        expect(facts.slice(facts.indexOf('RETRY_REQUESTED'))).toEqual([
          'RETRY_REQUESTED',
          'TASK_COMPLETED',
          'TASK_FAILED',
          'CHILD_WORKFLOW_COMPLETED',
          'TIMER_FIRED',
        ]);
        await worker.turn(await worker.activation(), [], waitingFor('TASK'));
        await house.assertSound(id);
      }));
  });
}
