import { limits } from '@flovyn/protocol';
import { Duration } from './duration.js';
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

/**
 * The same for a wait: not below zero, and not longer than a server waits.
 *
 * @throws {ConfigurationError} when it is longer, or not a finite number.
 */
export function waitMilliseconds(duration: Duration, what: string, longestMs: number = limits.timerMaxMs): number {
  const ms = Math.max(0, wholeMilliseconds(duration, what));
  if (ms <= longestMs) return ms;
  const [asked, longest] = [duration, Duration.milliseconds(longestMs)].map(String);
  throw new ConfigurationError(`${what} may be ${longest} at most, not ${asked}`);
}

/**
 * The same for a time within which something has to happen: at least a millisecond, because the wire takes none for no
 * limit.
 *
 * @throws {ConfigurationError} when it is shorter, longer, or not a finite number.
 */
export function limitMilliseconds(duration: Duration, what: string, longestMs: number): number {
  const ms = waitMilliseconds(duration, what, longestMs);
  if (ms >= 1) return ms;
  throw new ConfigurationError(`${what} must be 1ms at least, not ${duration.toString()}; leave it out for no limit`);
}

const INT32 = 2_147_483_647;

/**
 * A whole number of the wire.
 *
 * @throws {ConfigurationError} when it is none, or outside of its range.
 */
export function wholeNumber(value: number, what: string, least: number = -INT32, most: number = INT32): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigurationError(`${what} must be a whole number from ${least} to ${most}, not ${String(value)}`);
}
