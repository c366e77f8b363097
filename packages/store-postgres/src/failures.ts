import { CommitConflict } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import pg from 'pg';

/** Our own, raised by `require_rows`; then unique_violation, serialization_failure and deadlock_detected. */
const conflicts = new Set(['FV409', '23505', '40001', '40P01']);

/**
 * The database is shutting down, starting, out of some resource, read-only after a fail-over, or took too long: nobody's
 * fault, and likely over soon.
 */
const weather = /^(08|53|57|58|25006|55P03)/;

/** The server refused a value we sent: text with a zero byte, a number out of range. */
const badValue = /^22/;

/** What an error of the driver means to the engine. `attempt` says what was tried, for the message. */
export function translateFailure(error: unknown, attempt: string): Error {
  if (ServiceError.is(error) || error instanceof CommitConflict) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    if (conflicts.has(code)) return new CommitConflict(`${attempt}: ${error.message}`, { cause: error });
    if (weather.test(code)) return unavailable(attempt, error);
    if (badValue.test(code)) {
      return new ServiceError('INVALID_ARGUMENT', `${attempt} failed: the database cannot hold one of the values.`, {
        cause: error,
      });
    }
    return new ServiceError('INTERNAL', `${attempt} failed: the database refused a statement (${code}).`, {
      cause: error,
    });
  }
  return unavailable(attempt, error);
}

/** The answer while the database cannot be reached. */
export function unavailable(attempt: string, cause?: unknown): ServiceError {
  return new ServiceError('UNAVAILABLE', `${attempt} failed: the database cannot be reached. Try again shortly.`, {
    cause,
    retryAfterSeconds: 1,
  });
}
