import { expect } from 'vitest';
import { serialize } from '../src/serde.js';
import type { RecordedExecution } from './recorded-execution.js';

/** Finds that a new instance decides at every turn, from what that turn saw, what the live one decided. */
export async function expectReplays(execution: RecordedExecution): Promise<void> {
  for (const { seen, commands, outcome } of execution.turns) {
    expect(serialize(await execution.replay(seen))).toBe(serialize({ commands, outcome }));
  }
  for (let length = 1; length <= execution.facts.length; length += 1) {
    expect((await execution.replay(length)).outcome).not.toMatchObject({ failureType: 'DETERMINISM_VIOLATION' });
  }
  if (!execution.isOver) return;
  const whole = await execution.replay(execution.facts.length);
  expect(whole).toEqual({ commands: [], outcome: execution.outcome });
}
