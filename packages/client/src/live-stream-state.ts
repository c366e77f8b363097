import type { EndFrame } from '@flovyn/events';
import type { UndecodedMessage } from '@flovyn/events/sse';
import type { ServiceError } from '@flovyn/protocol';

import type { LiveStreamMessage, LiveStreamStatus, StreamEntry, StreamGap } from './live-stream-message.js';
import type { Position } from './live-stream-position.js';
import type { Patience } from './patience.js';

/*
 * The words of a live stream's behaviour: where it can be, what can happen to it, what it can want done. What follows
 * from what is the table in `live-stream-transitions.ts`; the rules behind it are numbered in SPEC.md.
 */

/** What a stream remembers from one connection to the next. */
export interface Track {
  /** What to ask the next connection to continue after, in the server's own words. */
  readonly cursor: string | undefined;
  readonly position: Position;
  /** False when a filter, or being a part of a larger stream, makes missing numbers normal. */
  readonly contiguous: boolean;
  /** False for a live view of what happens, which keeps little: its gaps and its `ready` mean more than a log's. */
  readonly isLog: boolean;
  /** Failed tries in a row; a connection that was healthy for a while clears it. */
  readonly failures: number;
  /** Times in a row the server showed the same hole. */
  readonly holes: number;
  /** Least delay before a reconnect, as the server asked with `retry:`. */
  readonly leastDelayMs: number;
  /** Until when an id that does not exist may still come to exist, in milliseconds since 1970. */
  readonly awaitedUntil: number;
  readonly patience: Pick<Patience, 'reconnect' | 'outageMs'>;
  /** Whether the server ever said that the subscription stands. */
  readonly hasStood: boolean;
  /** Since when there has been no connection that works, in milliseconds since 1970. */
  readonly downSince: number | undefined;
}

export type LiveStreamState =
  | { readonly name: 'connecting'; readonly track: Track }
  | { readonly name: 'catching-up'; readonly track: Track; readonly head: number | undefined }
  | { readonly name: 'live'; readonly track: Track }
  | { readonly name: 'waiting'; readonly track: Track; readonly retryInMs: number; readonly error: ServiceError }
  | { readonly name: 'ended'; readonly executionStatus: EndFrame['status'] | undefined }
  | { readonly name: 'failed'; readonly error: ServiceError }
  | { readonly name: 'closed' };

export type LiveStreamEvent =
  /** The server agreed to stream. */
  | { readonly type: 'opened' }
  /** It answered that there is nothing after the cursor, and that there never will be. */
  | { readonly type: 'exhausted' }
  /** It answered with an error. */
  | {
      readonly type: 'refused';
      readonly error: ServiceError;
      readonly outlook: 'hopeless' | 'not-yet' | 'later';
      readonly retryAfterMs: number | undefined;
    }
  /** It could not be reached, or did not answer in time. */
  | { readonly type: 'unreachable'; readonly error: ServiceError }
  /** `isPart`: it shows some members of a family, with the numbers of the whole. */
  | { readonly type: 'ready'; readonly epoch: string; readonly head: number; readonly isPart: boolean }
  | { readonly type: 'entry'; readonly entry: StreamEntry | UndecodedMessage }
  | { readonly type: 'gap'; readonly gap: StreamGap }
  | { readonly type: 'end'; readonly status: EndFrame['status'] }
  /** The server asked for a delay before any reconnect. */
  | { readonly type: 'retry-hint'; readonly delayMs: number }
  /** The connection ended without an `end`; `healthyMs` is how long it had been heard. */
  | { readonly type: 'lost'; readonly error: ServiceError; readonly healthyMs: number }
  /** The delay before a reconnect is over. */
  | { readonly type: 'due' }
  /** There is a reason to try at once: the network is back, the page is visible, somebody pressed a button. */
  | { readonly type: 'nudged' }
  /** The reader wants no more. */
  | { readonly type: 'closed' };

export type LiveStreamEffect =
  | { readonly type: 'connect'; readonly cursor: string | undefined }
  | { readonly type: 'disconnect' }
  | { readonly type: 'wait'; readonly delayMs: number }
  | { readonly type: 'stop-waiting' }
  | { readonly type: 'deliver'; readonly message: LiveStreamMessage }
  /** The subscription stands: nothing that happens from now on is missed. */
  | { readonly type: 'announce-ready' }
  | { readonly type: 'finish' }
  | { readonly type: 'fail'; readonly error: ServiceError };

/** Now in milliseconds since 1970, and a number from 0 up to 1. */
export interface Moment {
  readonly now: number;
  readonly chance: number;
}

export interface Step {
  readonly state: LiveStreamState;
  readonly effects: readonly LiveStreamEffect[];
}

/** A connection heard for this long has proved itself: 30 s, the longest delay between tries. */
export const HEALTHY_AFTER_MS = 30_000;

/** How often an id that may be about to exist is asked for. The server itself waits before it says no. */
export const CREATION_POLL_MS = 200;

/** How often the same hole is asked for again before it is delivered as a gap. */
export const HOLE_TRIES = 3;

/** The public view of a state. */
export function statusOf(state: LiveStreamState): LiveStreamStatus {
  switch (state.name) {
    case 'connecting':
    case 'live':
    case 'closed':
      return { state: state.name };
    case 'catching-up':
      return { state: state.name, head: state.head };
    case 'waiting':
      return { state: state.name, retryInMs: state.retryInMs, error: state.error };
    case 'ended':
      return { state: state.name, executionStatus: state.executionStatus };
    case 'failed':
      return { state: state.name, error: state.error };
  }
}

/** Whether nothing can follow. */
export function isFinal(state: LiveStreamState): boolean {
  return state.name === 'ended' || state.name === 'failed' || state.name === 'closed';
}
