import { ServiceError } from '@flovyn/protocol';

import { type Conversation, converse } from './live-stream-connection.js';
import type { LiveStreamMessage, LiveStreamStatus } from './live-stream-message.js';
import { type LiveStreamEffect, type LiveStreamEvent, statusOf } from './live-stream-state.js';
import { type Beginning, begin, next } from './live-stream-transitions.js';
import { MessageBuffer } from './message-buffer.js';
import type { Patience } from './patience.js';
import type { Surroundings } from './surroundings.js';

/**
 * The entries of one execution, of a family or of an organisation, in order, each exactly once, across any number of
 * connections. It connects as soon as it
 * is made. It has one reader: iterating twice shares the messages out.
 *
 * Iterating ends when the execution has ended or the stream is closed, and throws a `ServiceError` when trying again
 * would not help: UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND. Everything else is waited out. Leaving a `for await`
 * loop closes the stream.
 *
 * @example
 *   import { createClient } from '@flovyn/client';
 *
 *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   const stream = client.stream({ workflowExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' });
 *   await stream.ready;
 *   for await (const message of stream) {
 *     if (message.kind === 'gap') console.log(`Entries ${message.from} to ${message.to} are gone`);
 *     if (message.kind === 'status') console.log(message.status.state);
 *   }
 */
export interface LiveStream extends AsyncIterable<LiveStreamMessage> {
  /**
   * Resolves when the subscription stands: nothing that happens from then on is missed. Rejects with what makes
   * iterating throw, or an `AbortError` when the stream was closed first.
   */
  readonly ready: Promise<void>;
  /** How the stream is doing now, which may be ahead of what has been read from it. */
  readonly status: LiveStreamStatus;
  /** Ends a wait for the next try: the network is back, the page is visible, somebody pressed a button. */
  reconnectNow(): void;
  /** Closes the connection and ends the iteration; messages that were not read are dropped. Safe to call again. */
  close(): void;
}

/** What a stream is read from. */
export interface StreamSource {
  /** Asks for the entries after `cursor`, or from the beginning. */
  readonly open: (cursor: string | undefined, signal: AbortSignal) => Promise<Response>;
  /** What is being read, for messages to people: `GET …/stream`. */
  readonly attempted: string;
}

/** How {@link openLiveStream} reads. */
export interface LiveStreamOptions extends Beginning {
  /** How long to wait, and for what. */
  readonly patience: Patience;
  /** Closes the stream. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Opens a stream. `client.stream` is the convenient way; this one serves tests and other transports.
 *
 * @param surroundings - the clock, timers and chance: {@link realSurroundings}, or those of a test.
 * @throws {ServiceError} INVALID_ARGUMENT when the cursor holds what an id cannot.
 */
export function openLiveStream(
  source: StreamSource,
  options: LiveStreamOptions,
  surroundings: Surroundings,
): LiveStream {
  // What no header can carry would look like a server that does not answer. An empty one says that there is none.
  if (!/^[\x21-\x7E]{0,128}$/.test(options.cursor ?? '')) {
    throw new ServiceError('INVALID_ARGUMENT', 'lastEventId is the id of an entry: 1 to 128 visible ASCII characters.');
  }
  const buffer = new MessageBuffer();
  const ready = settleable();
  let connection = new AbortController();
  let stopWaiting = (): void => undefined;

  const first = begin(options, surroundings.now());
  let state = first.state;

  function happen(event: LiveStreamEvent, size: number): void {
    const step = next(state, event, { now: surroundings.now(), chance: surroundings.chance() });
    state = step.state;
    for (const effect of step.effects) carryOut(effect, size);
  }

  function carryOut(effect: LiveStreamEffect, size: number): void {
    switch (effect.type) {
      case 'connect':
        return connect(effect.cursor);
      case 'disconnect':
        return connection.abort();
      case 'wait':
        stopWaiting = surroundings.after(effect.delayMs, () => happen({ type: 'due' }, 0));
        return;
      case 'stop-waiting':
        return stopWaiting();
      case 'deliver':
        return buffer.push(effect.message, size);
      case 'announce-ready':
        return ready.resolve();
      case 'finish':
        options.signal?.removeEventListener('abort', close);
        ready.reject(new DOMException('The stream was closed before it was ready.', 'AbortError'));
        return buffer.finish();
      case 'fail':
        options.signal?.removeEventListener('abort', close);
        ready.reject(effect.error);
        return buffer.fail(effect.error);
    }
  }

  function connect(cursor: string | undefined): void {
    connection = new AbortController();
    const { signal } = connection;
    const conversation: Conversation = {
      open: (signal) => source.open(cursor, signal),
      attempted: source.attempted,
      tell: happen,
      room: () => buffer.room(),
      signal,
      patience: options.patience,
      surroundings,
    };
    void converse(conversation);
  }

  function close(): void {
    happen({ type: 'closed' }, 0);
    buffer.discard();
  }

  for (const effect of first.effects) carryOut(effect, 0);
  if (options.signal?.aborted === true) close();
  else options.signal?.addEventListener('abort', close, { once: true });

  const iterator: AsyncIterator<LiveStreamMessage, undefined> = {
    next: () => buffer.next(),
    return: () => {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return {
    ready: ready.promise,
    get status() {
      return statusOf(state);
    },
    reconnectNow: () => happen({ type: 'nudged' }, 0),
    close,
    [Symbol.asyncIterator]: () => iterator,
  };
}

function settleable() {
  let resolve = (): void => undefined;
  let reject = (_why: unknown): void => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Who does not look at `ready` hears of a failure by iterating.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
