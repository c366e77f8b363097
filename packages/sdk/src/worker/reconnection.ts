import { Duration } from '../duration.js';
import { wholeMilliseconds } from '../durations.js';
import { ConnectionError } from '../errors.js';

/** How a worker comes back after its connection was lost. `attempt` counts from 0 per loss. */
export type Reconnection =
  | { readonly type: 'none' }
  | { readonly type: 'fixed'; readonly delay: Duration; readonly maxAttempts?: number | undefined }
  | {
      readonly type: 'exponential';
      /** 1 s when absent. */
      readonly initialDelay?: Duration | undefined;
      /** 60 s when absent. */
      readonly maxDelay?: Duration | undefined;
      /** 2 when absent. */
      readonly multiplier?: number | undefined;
      readonly maxAttempts?: number | undefined;
    }
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
      return ConnectionError.is(error) ? wholeMilliseconds(strategy.delay, 'reconnection.delay') : OTHER_ERROR_MS;
    case 'exponential': {
      if (isSpent(strategy.maxAttempts, attempt)) return undefined;
      if (!ConnectionError.is(error)) return OTHER_ERROR_MS;
      const initial = wholeMilliseconds(strategy.initialDelay ?? Duration.seconds(1), 'reconnection.initialDelay');
      const max = wholeMilliseconds(strategy.maxDelay ?? Duration.seconds(60), 'reconnection.maxDelay');
      return Math.min(initial * (strategy.multiplier ?? 2) ** attempt, max);
    }
    case 'custom': {
      const delay = strategy.nextDelay(attempt, error);
      return delay === null ? undefined : wholeMilliseconds(delay, 'reconnection.nextDelay');
    }
  }
}

function isSpent(maxAttempts: number | undefined, attempt: number): boolean {
  return maxAttempts !== undefined && attempt >= maxAttempts;
}
