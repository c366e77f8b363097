import { CommitConflict } from '@flovyn/engine';
import { type ErrorCode, ServiceError } from '@flovyn/protocol';

/** One exchange with the database, for whoever counts them. */
export interface Trip {
  /** The first three go over the connection of commits; `unlock` ends a transaction of which nothing is kept. */
  readonly operation: 'load' | 'commit' | 'unlock' | 'query';
  /** Milliseconds, the wait for a connection included. */
  readonly ms: number;
  /** Why it failed, if it did. */
  readonly failure?: 'CONFLICT' | ErrorCode;
}

/** Must not throw. */
export type OnTrip = (trip: Trip) => void;

/** Makes an exchange, and tells how it went. */
export async function tell<Result>(
  onTrip: OnTrip,
  operation: Trip['operation'],
  run: () => Promise<Result>,
): Promise<Result> {
  const since = performance.now();
  try {
    const result = await run();
    onTrip({ operation, ms: performance.now() - since });
    return result;
  } catch (error) {
    onTrip({ operation, ms: performance.now() - since, failure: failureOf(error) });
    throw error;
  }
}

function failureOf(error: unknown): 'CONFLICT' | ErrorCode {
  return error instanceof CommitConflict ? 'CONFLICT' : ServiceError.from(error).code;
}
