import type { EndFrame, GapFrame, StreamMessage } from '@flovyn/events';
import type { UndecodedMessage } from '@flovyn/events/sse';
import type { ServiceError } from '@flovyn/protocol';

/** One numbered line of the stream, its event decoded. */
export type StreamEntry = Extract<StreamMessage, { kind: 'entry' }>;

/**
 * Entries that are not shown, because they are no longer held or were lost. A stream never skips silently. In the stream of
 * an organisation every gap means: load your lists again.
 */
export interface StreamGap {
  readonly kind: 'gap';
  /** The first missing `seq`. */
  readonly from: number;
  /** The last missing `seq`. */
  readonly to: number;
  /**
   * `expired`: past their retention. `epoch`: the end of the log was lost, output that had been read with it, and its
   * numbers are given again; whoever keeps what is read opens the stream anew. `overflow`: too many at once. `missing`:
   * the server left them out and, asked again, did not say why.
   */
  readonly reason: GapFrame['reason'] | 'missing';
}

/** How a stream is doing. */
export type LiveStreamStatus =
  /** The first connection is under way. */
  | { readonly state: 'connecting' }
  /** Entries from before the connection are arriving. `head` is the last of them, once the server has said it. */
  | { readonly state: 'catching-up'; readonly head: number | undefined }
  /** Everything that exists has arrived; what comes now is new. */
  | { readonly state: 'live' }
  /** The connection was lost, or refused for now; the next try comes by itself. */
  | { readonly state: 'waiting'; readonly retryInMs: number; readonly error: ServiceError }
  /** Nothing more will come. `executionStatus` is absent when the stream had been read to its end before. */
  | { readonly state: 'ended'; readonly executionStatus: EndFrame['status'] | undefined }
  /** Trying again would not help. */
  | { readonly state: 'failed'; readonly error: ServiceError }
  /** Its reader has closed it. */
  | { readonly state: 'closed' };

/** A change of how the stream is doing, in its place among the entries: after `live`, everything is new. */
export interface StreamStatusChange {
  readonly kind: 'status';
  /** How it is doing from here on. */
  readonly status: LiveStreamStatus;
}

/**
 * What a {@link LiveStream} gives its reader, told apart by `kind`. A line that this version of the contract cannot read
 * is `unknown`, `invalid` or `malformed`; it had its place in the order like any other: show it or count it.
 */
export type LiveStreamMessage = StreamEntry | UndecodedMessage | StreamGap | StreamStatusChange;
