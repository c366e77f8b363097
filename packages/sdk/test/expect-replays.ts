import type { Command, CommandType, HistoryEventName } from '@flovyn/protocol';
import { expect } from 'vitest';
import type { Turn } from '../src/replay/replayer.js';
import { serialize } from '../src/serde.js';
import type { RecordedExecution } from './recorded-execution.js';

/** Whether these are sent depends on what the whole of the history says already: nothing that has ended is asked to end. */
const conditional: ReadonlySet<CommandType> = new Set<CommandType>([
  'CANCEL_TIMER',
  'REQUEST_CANCEL_TASK',
  'REQUEST_CANCEL_CHILD_WORKFLOW',
  'REQUEST_CANCELLATION',
]);

/** The records of all other commands: one each, in the order in which they were sent. */
const records: ReadonlySet<string> = new Set<HistoryEventName>([
  'TASK_SCHEDULED',
  'TIMER_STARTED',
  'PROMISE_CREATED',
  'CHILD_WORKFLOW_INITIATED',
  'CHILD_WORKFLOW_SIGNALLED',
  'OPERATION_COMPLETED',
  'STATE_SET',
  'STATE_CLEARED',
]);

/**
 * Finds that a new instance decides what the live one decided, whatever part of the history it is given:
 *
 *  1. From what a turn was made from, that turn: its commands and its end, byte for byte.
 *  2. From any other prefix, the commands that the live one sent next, as many as that prefix leads to: those of every
 *     turn that was made from no more than it, and none beyond the first turn that was made from as much.
 *  3. From the whole of an execution that has ended, its end, and nothing to do.
 */
export async function expectReplays(execution: RecordedExecution): Promise<void> {
  const { facts, turns } = execution;
  const sent = unconditional(turns);
  for (let length = 1; length <= facts.length; length += 1) {
    // A signal that came together with the start is stored together with it: no history ends in between.
    if (facts[length]?.data.includes('"withStart":true')) continue;
    const replayed = await execution.replay(length);
    const turn = turns.find(({ seen }) => seen === length);
    if (turn !== undefined) expect(textOf(replayed)).toBe(textOf(turn));
    expect(replayed.outcome).not.toMatchObject({ failureType: 'DETERMINISM_VIOLATION' });

    const recorded = facts.slice(0, length).filter(({ type }) => records.has(type)).length;
    const decided = unconditional([replayed]);
    const owed = sent.slice(recorded);
    // Facts that no turn has seen yet may lead further than the live instance has come.
    const common = Math.min(decided.length, owed.length);
    expect(serialize(decided.slice(0, common)), `after ${length} facts`).toBe(serialize(owed.slice(0, common)));
    const count = recorded + decided.length;
    const due = unconditional(turns.filter(({ seen }) => seen <= length)).length;
    expect(count, `commands after ${length} facts`).toBeGreaterThanOrEqual(due);
    const next = turns.findIndex(({ seen }) => seen >= length);
    if (next === -1) continue;
    const most = unconditional(turns.slice(0, next + 1)).length;
    expect(count, `commands after ${length} facts`).toBeLessThanOrEqual(most);
  }
  if (!execution.isOver) return;
  const { commands, outcome } = await execution.replay(facts.length);
  expect(textOf({ commands, outcome })).toBe(textOf({ commands: [], outcome: execution.outcome ?? outcome }));
}

function unconditional(turns: readonly Turn[]): Command[] {
  return turns.flatMap(({ commands }) => commands.filter(({ type }) => !conditional.has(type)));
}

/** Byte for byte, but for the stack of an error: that is another one each time. */
function textOf({ commands, outcome }: Turn): string {
  return serialize({ commands, outcome: outcome.type === 'FAILED' ? { ...outcome, stackTrace: '' } : outcome });
}
