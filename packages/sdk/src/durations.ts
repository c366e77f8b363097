import type { Duration } from './duration.js';
import { ConfigurationError } from './errors.js';

/**
 * A duration as whole milliseconds; fractions are cut.
 *
 * @throws {ConfigurationError} when it is not a finite number.
 */
export function wholeMilliseconds(duration: Duration, what: string): number {
  // Plain JavaScript reaches this with a bare number, whose unit nobody can know.
  if (typeof (duration as Partial<Duration> | undefined)?.toMilliseconds !== 'function') {
    throw new ConfigurationError(`${what} must be a Duration, such as Duration.seconds(5), not a ${typeof duration}`);
  }
  const ms = duration.toMilliseconds();
  if (!Number.isFinite(ms)) throw new ConfigurationError(`${what} must be a finite duration, not ${ms}ms`);
  return Math.trunc(ms);
}

/** The same, not below zero. */
export function waitMilliseconds(duration: Duration, what: string): number {
  return Math.max(0, wholeMilliseconds(duration, what));
}
