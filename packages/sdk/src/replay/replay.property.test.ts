import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectReplays } from '../../test/expect-replays.js';
import { definitionOf, numbers, program, steeringProgram } from '../../test/random-program.js';
import { RecordedExecution } from '../../test/recorded-execution.js';
import { serialize } from '../serde.js';

/** How what is open could end. */
function ends(execution: RecordedExecution): ((dice: number) => void)[] {
  return [
    ...execution.openTasks.map(
      ({ id }) =>
        (dice: number) =>
          dice === 1 ? execution.failTask(id, 'failed') : execution.completeTask(id, dice),
    ),
    ...execution.openChildren.map(
      ({ id }) =>
        (dice: number) =>
          dice === 1 ? execution.failChild(id, 'failed') : execution.completeChild(id, dice),
    ),
    ...execution.openTimers.map(
      ({ id }) =>
        () =>
          execution.fireTimer(id),
    ),
  ];
}

/** Lets the world do random things between turns, and while one is under way, until the execution ends. */
async function live(execution: RecordedExecution, choices: () => number): Promise<void> {
  const happen = (events: number): void => {
    for (let i = 0; i < events; i += 1) {
      const open = ends(execution);
      const chosen = open[choices() % Math.max(1, open.length)];
      const dice = choices() % 6;
      if (dice === 0) {
        execution.record({ type: 'SIGNAL_RECEIVED', signalName: 's', signalValue: serialize(i) });
      } else {
        chosen?.(dice);
      }
    }
  };
  await execution.play(() => happen(choices() % 2));
  while (!execution.isOver) {
    happen(choices() % 4);
    if (choices() % 4 === 0) execution.forget();
    await execution.play(() => happen(choices() % 2));
  }
}

describe.each([
  ['tasks', program],
  ['handles', steeringProgram],
])('R06 replay of a program with %s', (_, programs) => {
  it('of every prefix gives the commands of the live run, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(programs, fc.nat(), async (statements, seed) => {
        const execution = new RecordedExecution(definitionOf(statements));
        await live(execution, numbers(seed));
        await expectReplays(execution);
      }),
      { numRuns: 600 },
    );
  }, 60_000);

  it('of a prefix cut anywhere never contradicts the history', async () => {
    await fc.assert(
      fc.asyncProperty(programs, fc.nat(), async (statements, seed) => {
        const execution = new RecordedExecution(definitionOf(statements));
        await live(execution, numbers(seed));
        for (let length = 1; length <= execution.facts.length; length += 1) {
          const { outcome } = await execution.replay(length);
          if (outcome.type === 'FAILED') expect(outcome.failureType).not.toBe('DETERMINISM_VIOLATION');
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
