import type { ErrorCode } from '@flovyn/protocol';
import type { Turn } from '../replay/replayer.js';

/** What follows from a refusal. */
export type RefusalMeaning =
  /** The turn or the attempt is nobody's, or somebody else's: forget it. */
  | 'gone'
  /** The same may be taken later. */
  | 'weather'
  /** The same will never be taken. */
  | 'final';

/**
 * The codes that are about the claim or the moment. Every other one is about what was said: FAILED_PRECONDITION, for
 * example, is an idempotency key that stands for something else. A guess that lost is always SPECULATION_MISSED, and
 * INTERNAL says nothing about the work: the server failed, and whoever mends it shall find the work as it was.
 */
const meanings: Readonly<Partial<Record<ErrorCode, RefusalMeaning>>> = {
  LEASE_LOST: 'gone',
  SPECULATION_MISSED: 'gone',
  NOT_FOUND: 'gone',
  UNAVAILABLE: 'weather',
  ABORTED: 'weather',
  DEADLINE_EXCEEDED: 'weather',
  INTERNAL: 'weather',
};

export function meaningOf(code: string): RefusalMeaning {
  return (meanings as Readonly<Record<string, RefusalMeaning | undefined>>)[code] ?? 'final';
}

/** Makes a final refusal the execution's end: played again, the turn would be refused again. */
export function failureTurn(code: string, message: string): Turn {
  const error = `What the workflow decided was refused (${code}): ${message}`;
  return { commands: [], outcome: { type: 'FAILED', error, stackTrace: '', failureType: code } };
}
