import type { ErrorCode } from '@flovyn/protocol';
import type { Turn } from '../replay/replayer.js';

/** What follows from the refusal of a turn. */
export type RefusalMeaning =
  /** The turn is nobody's, or somebody else's: forget it. */
  | 'gone'
  /** The same turn may be taken later: hand the claim back. */
  | 'weather'
  /** The same turn will never be taken: the execution cannot go on. */
  | 'final';

const meanings: Readonly<Partial<Record<ErrorCode, RefusalMeaning>>> = {
  LEASE_LOST: 'gone',
  SPECULATION_MISSED: 'gone',
  NOT_FOUND: 'gone',
  FAILED_PRECONDITION: 'gone',
  UNAVAILABLE: 'weather',
  ABORTED: 'weather',
  DEADLINE_EXCEEDED: 'weather',
};

export function meaningOf(code: string): RefusalMeaning {
  return (meanings as Readonly<Record<string, RefusalMeaning | undefined>>)[code] ?? 'final';
}

/** Makes a final refusal the execution's end: played again, the turn would be refused again. */
export function failureTurn(code: string, message: string): Turn {
  const error = `The server refused what the workflow decided (${code}): ${message}`;
  return { commands: [], outcome: { type: 'FAILED', error, stackTrace: '', failureType: code } };
}
