import { expect } from 'vitest';
import type { Turn } from '../src/replay/replayer.js';
import { serialize } from '../src/serde.js';
import type { RecordedExecution } from './recorded-execution.js';

/** Finds that a new instance decides at every turn, from what that turn saw, what the live one decided. */
export async function expectReplays(execution: RecordedExecution): Promise<void> {
  for (const { seen, commands, outcome } of execution.turns) {
    expect(textOf(await execution.replay(seen))).toBe(textOf({ commands, outcome }));
  }
  for (let length = 1; length <= execution.facts.length; length += 1) {
    expect((await execution.replay(length)).outcome).not.toMatchObject({ failureType: 'DETERMINISM_VIOLATION' });
  }
  if (!execution.isOver) return;
  const { commands, outcome } = await execution.replay(execution.facts.length);
  expect(commands).toEqual([]);
  expect(textOf({ commands, outcome })).toBe(textOf({ commands, outcome: execution.outcome ?? outcome }));
}

/** Byte for byte, but for the stack of an error: that is another one each time. */
function textOf({ commands, outcome }: Turn): string {
  return serialize({ commands, outcome: outcome.type === 'FAILED' ? { ...outcome, stackTrace: '' } : outcome });
}
