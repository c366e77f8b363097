import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionOf, numbers, program } from '../../test/random-program.js';
import { RecordedExecution } from '../../test/recorded-execution.js';
import { serialize } from '../serde.js';

/** Lets the world do random things between turns, and while one is under way, until the execution ends. */
async function live(execution: RecordedExecution, choices: () => number): Promise<void> {
  const happen = (events: number): void => {
    for (let i = 0; i < events; i += 1) {
      const open = execution.openTasks;
      const chosen = open[choices() % Math.max(1, open.length)];
      const dice = choices() % 6;
      if (dice === 0) {
        execution.record({ type: 'SIGNAL_RECEIVED', signalName: 's', signalValue: serialize(i) });
      } else if (chosen !== undefined) {
        if (dice === 1) execution.failTask(chosen.id, 'failed');
        else execution.completeTask(chosen.id, dice);
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

describe('R06 replay', () => {
  it('of every prefix gives the commands of the live run, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.nat(), async (statements, seed) => {
        const definition = definitionOf(statements);
        const execution = new RecordedExecution(definition);
        await live(execution, numbers(seed));
        for (const turn of execution.turns) {
          // What the turn saw and nothing else: a new instance decides the same.
          const replayed = await execution.replay(turn.seen);
          expect(serialize(replayed)).toBe(serialize({ commands: turn.commands, outcome: turn.outcome }));
        }
        const whole = await execution.replay(execution.facts.length);
        expect(whole.commands).toEqual([]);
        expect(whole.outcome).toEqual(execution.outcome);
      }),
      { numRuns: 600 },
    );
  }, 60_000);

  it('of a prefix cut anywhere never contradicts the history', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.nat(), async (statements, seed) => {
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
