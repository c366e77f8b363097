import type { Patience, StreamGap } from '@flovyn/client';
import type { Duration } from '../duration.js';
import { limitMilliseconds } from '../durations.js';

/** How live streams are read. */
export interface StreamingOptions {
  /** Default: true. When false, subscribing throws `ConfigurationError`. */
  enabled?: boolean | undefined;
  /** Address of the server of streams; the one of REST when absent. */
  url?: string | undefined;
  /** How long the server may take to accept a subscription, from 1 ms to a day. Default: 30 s. */
  connectTimeout?: Duration | undefined;
  /** How long nothing at all may come, keep-alives counted, over all reconnects, from 1 ms to a day. Default: 5 min. */
  readTimeout?: Duration | undefined;
  /** Whether a subscription that was accepted comes back after a cut, and goes on where it was. Default: true. */
  reconnect?: boolean | undefined;
}

/** What a subscriber wants. */
export interface SubscribeOptions {
  /** Closes the subscription. */
  signal?: AbortSignal | undefined;
  /** Whether the state changes of the execution and its tasks come, too, each in its place. Default: false. */
  includeStateEvents?: boolean | undefined;
  /** Whether what all descendants of the execution show comes, too, in one order. It ends when all have. Default: false. */
  consolidated?: boolean | undefined;
  /** Told of entries that are no longer kept; a log line when absent. */
  onGap?: ((gap: StreamGap) => void) | undefined;
  /** Whether an entry that cannot be read ends the subscription with an error. Default: it is logged and passed over. */
  strict?: boolean | undefined;
}

const CONNECT_MS = 30_000;
const READ_MS = 300_000;
/** Two and a half keep-alives of the server: so soon a connection that died is replaced, when it may be. */
const DEAD_MS = 37_500;
/** A day: longer than any sensible limit, and what a timer can hold. */
const LONGEST_MS = 86_400_000;

/** @throws {ConfigurationError} when a limit is not between 1 ms and a day. */
export function patienceOf({ connectTimeout, readTimeout, reconnect = true }: StreamingOptions): Patience {
  const readMs = msOf(readTimeout, 'streaming.readTimeout', READ_MS);
  return {
    connectMs: msOf(connectTimeout, 'streaming.connectTimeout', CONNECT_MS),
    silenceMs: reconnect ? Math.min(readMs, DEAD_MS) : readMs,
    reconnect: reconnect ? 'once-ready' : 'never',
    outageMs: readMs,
  };
}

function msOf(limit: Duration | undefined, what: string, otherwise: number): number {
  return limit === undefined ? otherwise : limitMilliseconds(limit, what, LONGEST_MS);
}
