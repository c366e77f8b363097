import type { CommandType, Outcome } from '@flovyn/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectReplays } from '../../test/expect-replays.js';
import { numbers } from '../../test/numbers.js';
import { definitionOf } from '../../test/perform-program.js';
import { isRepeated, propertySettings, propertyTimes } from '../../test/property.js';
import { completeProgram, program, steeringProgram } from '../../test/random-program.js';
import { RecordedExecution } from '../../test/recorded-execution.js';
import { serialize } from '../serde.js';

/** An execution that nobody helps along any more is let be: what it decided so far is compared all the same. */
const MOST_TURNS = 100;

/** How what is open could end. */
function ends(execution: RecordedExecution): ((dice: number) => void)[] {
  const { openTasks, openChildren, openTimers, openPromises } = execution;
  return [
    ...openTasks.map(({ id }) => (dice: number) => {
      if (dice === 1) execution.failTask(id, 'failed');
      else if (dice === 2) execution.cancelTask(id, 'not by its workflow');
      else execution.completeTask(id, dice);
    }),
    ...openChildren.map(({ id }) => (dice: number) => {
      if (dice === 1) execution.failChild(id, 'failed');
      else if (dice === 2) execution.failChild(id, 'cancelled', true);
      else execution.completeChild(id, dice);
    }),
    ...openTimers.map(
      ({ id }) =>
        () =>
          execution.fireTimer(id),
    ),
    ...openPromises.map(({ id }) => (dice: number) => {
      if (dice === 1) execution.rejectPromise(id, 'rejected');
      else if (dice === 2) execution.timeOutPromise(id);
      else execution.resolvePromise(id, dice);
    }),
  ];
}

/** Lets one random thing happen to an execution. */
function happen(execution: RecordedExecution, choices: () => number, isCancellable: boolean): void {
  const open = ends(execution);
  const chosen = open[choices() % Math.max(1, open.length)];
  const dice = choices() % 6;
  if (dice === 0) {
    const signalName = choices() % 3 === 0 ? 'h' : 's';
    execution.record({ type: 'SIGNAL_RECEIVED', signalName, signalValue: serialize(choices() % 10) });
  } else if (isCancellable && choices() % 6 === 0) {
    execution.askToEnd('enough');
  } else {
    chosen?.(dice);
  }
}

/** Lets the world do random things between turns, and while one is under way, until the execution ends. */
async function live(
  execution: RecordedExecution,
  choices: () => number,
  isCancellable: boolean,
  meet: (what: Met) => void,
): Promise<void> {
  const world = (events: number): void => {
    for (let i = 0; i < events; i += 1) happen(execution, choices, isCancellable);
  };
  if (choices() % 4 === 0) {
    execution.record({ type: 'SIGNAL_RECEIVED', signalName: 's', signalValue: serialize('first'), withStart: true });
  }
  await execution.play(() => world(choices() % 2));
  while (!execution.isOver && execution.turns.length < MOST_TURNS) {
    const task = execution.openTasks.find(({ id }) => execution.canGuess(id));
    if (task !== undefined && choices() % 2 === 0) {
      const held = await execution.guess(task.id, choices() % 10, () => world(choices() % 4 === 0 ? 1 : 0));
      meet(held ? 'a guess that held' : 'a guess that missed');
      continue;
    }
    world(choices() % 4);
    if (choices() % 4 === 0) execution.forget();
    await execution.play(() => world(choices() % 2));
  }
}

type Met = Exclude<CommandType, 'RESOLVE_PROMISE'> | Outcome['type'] | 'a guess that held' | 'a guess that missed';

/** What all programs together must have come to: a property that meets nothing proves nothing. */
const toMeet: Readonly<Record<Met, true>> = {
  SCHEDULE_TASK: true,
  REQUEST_CANCEL_TASK: true,
  START_TIMER: true,
  CANCEL_TIMER: true,
  CREATE_PROMISE: true,
  SCHEDULE_CHILD_WORKFLOW: true,
  SIGNAL_CHILD_WORKFLOW: true,
  REQUEST_CANCEL_CHILD_WORKFLOW: true,
  RECORD_OPERATION: true,
  SET_STATE: true,
  CLEAR_STATE: true,
  REQUEST_CANCELLATION: true,
  SUSPENDED: true,
  COMPLETED: true,
  FAILED: true,
  CANCELLED: true,
  'a guess that held': true,
  'a guess that missed': true,
};

describe.each([
  ['tasks', program, false, 200],
  ['handles', steeringProgram, false, 200],
  ['everything there is', completeProgram, true, 250],
] as const)('R06 replay of a program with %s', (_, programs, isComplete, runs) => {
  it(
    'of every prefix gives the commands of the live run, byte for byte',
    async () => {
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(programs, fc.nat(), async (statements, seed) => {
          const execution = new RecordedExecution(definitionOf(statements));
          await live(execution, numbers(seed), isComplete, (what) => met.add(what));
          for (const { commands, outcome } of execution.turns) {
            for (const { type } of [...commands, outcome]) met.add(type);
          }
          await expectReplays(execution);
        }),
        propertySettings(runs),
      );
      if (isComplete && !isRepeated) expect(Object.keys(toMeet).filter((what) => !met.has(what))).toEqual([]);
    },
    60_000 * propertyTimes,
  );
});
