import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aWorker } from '../../test/a-worker.js';
import { type FakeExecution, FakeServer, hasEnded } from '../../test/fake-server.js';
import { numbers } from '../../test/numbers.js';
import { definitionOf } from '../../test/perform-program.js';
import { propertySettings, propertyTimes } from '../../test/property.js';
import { program } from '../../test/random-program.js';
import { silent } from '../../test/recorded-execution.js';
import { until } from '../../test/until.js';
import { Replayer } from '../replay/replayer.js';
import { task } from '../task.js';
import type { WorkflowDefinition } from '../types.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The history, played again by a worker that has never seen it. */
async function replay(execution: FakeExecution, definition: WorkflowDefinition) {
  const replayer = new Replayer({
    workflowExecutionId: execution.id,
    definition,
    input: null,
    logger: silent,
  });
  replayer.read(execution.facts);
  await replayer.play(() => Promise.reject(new Error('A replay must not act')));
  return replayer.takeTurn();
}

describe('a worker under random workflows, results, signals, cuts and delays', () => {
  it(
    'R06 leaves histories that replay to the same end, with every body run once',
    async () => {
      await fc.assert(
        fc.asyncProperty(program, fc.nat(), async (statements, seed) => {
          const choose = numbers(seed);
          const server = new FakeServer();
          const acts: string[] = [];
          const work = (name: string) =>
            task<unknown, unknown>({
              name,
              run: async (_ctx, input) => {
                await turns(choose() % 4);
                if (choose() % 5 === 0) throw new Error(`failed ${name}`);
                return input;
              },
            });
          const definition = definitionOf(statements, (name) => acts.push(name));
          const worker = await aWorker(server, {
            workflows: [definition],
            tasks: ['a', 'b', 'c'].map(work),
            maxInstances: choose() % 3,
          });
          const execution = server.start(ID, 'program');
          for (let i = 0; i < 25 && !hasEnded(execution); i += 1) {
            await turns(choose() % 5);
            const dice = choose() % 8;
            if (dice === 0) server.cut();
            else if (dice === 1) server.restart();
            else if (dice === 2) server.isFrozen = true;
            else if (dice === 3 && !hasEnded(execution)) {
              server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 's', signalValue: `${i}` as never });
            } else if (server.isFrozen) server.thaw();
          }
          server.thaw();
          await until(() => hasEnded(execution), `the end; the last fact is ${execution.facts.at(-1)?.type}`);
          const { commands, outcome } = await replay(execution, definition);
          expect(commands).toEqual([]);
          if (outcome.type !== 'COMPLETED') throw new Error(`The replay ended ${outcome.type}`);
          expect(`{"output":${outcome.output}}`).toBe(execution.facts.at(-1)?.data);
          const recorded = execution.facts
            .filter(({ type }) => type === 'OPERATION_COMPLETED')
            .map(({ data }) => (JSON.parse(data) as { operationName: string }).operationName);
          expect(acts.toSorted()).toEqual(recorded.toSorted());
          await worker.stop();
        }),
        propertySettings(200),
      );
    },
    120_000 * propertyTimes,
  );
});
