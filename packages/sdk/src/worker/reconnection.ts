import { Duration } from '../duration.js';
import { waitMilliseconds, wholeNumber } from '../durations.js';
import { ConfigurationError, ConnectionError } from '../errors.js';

/**
 * How a worker comes back after its connection was lost. `attempt` counts from 0 per loss, `maxAttempts` is per loss,
 * without end when absent, and waits are at most a day. After an error that is not the connection's, such as a refused
 * token, the wait is 1 s, unless the strategy is `custom`.
 *
 * @example
 *   import { Duration, type Reconnection } from '@flovyn/sdk';
 *
 *   const patient: Reconnection = { type: 'fixed', delay: Duration.seconds(5), maxAttempts: 100 };
 */
export type Reconnection =
  /** A worker that has lost its connection stops. */
  | { readonly type: 'none' }
  /** Waits equally long each time. */
  | { readonly type: 'fixed'; readonly delay: Duration; readonly maxAttempts?: number | undefined }
  /** Waits longer each time. */
  | {
      readonly type: 'exponential';
      /** The first wait; 1 s when absent. */
      readonly initialDelay?: Duration | undefined;
      /** The longest wait; 60 s when absent. */
      readonly maxDelay?: Duration | undefined;
      /** What the wait grows by, at least 1; 2 when absent. */
      readonly multiplier?: number | undefined;
      readonly maxAttempts?: number | undefined;
    }
  /** Waits as it says. */
  | {
      readonly type: 'custom';
      /** How long to wait before this attempt; `null` gives up. */
      nextDelay(attempt: number, error: Error): Duration | null;
      /** A connection stands again. */
      onReconnected?(): void;
      /** Called after that: the next loss counts from 0. */
      reset?(): void;
    };

/** What is not the connection's fault will hardly be over in a moment. */
const OTHER_ERROR_MS = 1_000;
/** One day: a longer wait is a mistake, and a much longer one no timer keeps. */
const LONGEST_MS = 86_400_000;

/**
 * Looks at a strategy before it is needed: a wrong one would be found out in the middle of a loss.
 *
 * @throws {ConfigurationError} for a delay, a factor or a count that is none.
 */
export function checkReconnection(strategy: Reconnection): void {
  if (strategy.type !== 'fixed' && strategy.type !== 'exponential') return;
  reconnectDelayMs({ ...strategy, maxAttempts: undefined }, 0, new ConnectionError('', ''));
  if (strategy.maxAttempts !== undefined) wholeNumber(strategy.maxAttempts, 'reconnection.maxAttempts', 0);
  if (strategy.type === 'fixed') return;
  const { multiplier = 2 } = strategy;
  if (!(multiplier >= 1)) throw new ConfigurationError(`reconnection.multiplier must be 1 or more, not ${multiplier}`);
}

/**
 * Milliseconds to wait before an attempt; `undefined` when no further attempt shall be made. After an error that is not
 * the connection's (a refused token, for example) it is a second, unless the strategy is the owner's own.
 */
export function reconnectDelayMs(strategy: Reconnection, attempt: number, error: Error): number | undefined {
  switch (strategy.type) {
    case 'none':
      return undefined;
    case 'fixed':
      if (isSpent(strategy.maxAttempts, attempt)) return undefined;
      return ConnectionError.is(error)
        ? waitMilliseconds(strategy.delay, 'reconnection.delay', LONGEST_MS)
        : OTHER_ERROR_MS;
    case 'exponential': {
      if (isSpent(strategy.maxAttempts, attempt)) return undefined;
      if (!ConnectionError.is(error)) return OTHER_ERROR_MS;
      const initial = waitMilliseconds(
        strategy.initialDelay ?? Duration.seconds(1),
        'reconnection.initialDelay',
        LONGEST_MS,
      );
      const max = waitMilliseconds(strategy.maxDelay ?? Duration.seconds(60), 'reconnection.maxDelay', LONGEST_MS);
      return Math.min(initial * (strategy.multiplier ?? 2) ** attempt, max);
    }
    case 'custom': {
      const delay = strategy.nextDelay(attempt, error);
      return delay === null ? undefined : waitMilliseconds(delay, 'reconnection.nextDelay', LONGEST_MS);
    }
  }
}

function isSpent(maxAttempts: number | undefined, attempt: number): boolean {
  return maxAttempts !== undefined && attempt >= maxAttempts;
}
