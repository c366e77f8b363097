import type { LiveStream, LiveStreamMessage } from '@flovyn/client';
import type { Frame } from '@flovyn/events';
import { ServiceError } from '@flovyn/protocol';
import { StreamError } from '../errors.js';
import type { Logger } from '../types.js';
import type { SubscribeOptions } from './options.js';

type Undecoded = Extract<LiveStreamMessage, { kind: 'unknown' | 'invalid' | 'malformed' }>;

/** What a subscription is made of. */
export interface SubscriptionParts<Event> {
  readonly live: LiveStream;
  /** What the reader gets for an entry; `undefined` for one that is not for them. */
  readonly toEvent: (frame: Frame) => Event | undefined;
  /** Whether nothing for the reader can follow this entry. */
  readonly isLast: (frame: Frame) => boolean;
  /** The status of the answer when the last try was refused. */
  readonly refusedWith: () => number | undefined;
  readonly options: Pick<SubscribeOptions, 'onGap' | 'strict'>;
  readonly logger: Logger;
}

/**
 * What happens in an execution, live and in order, from its beginning. Connects as soon as it is made, has one reader,
 * and ends when the execution has. Leaving the loop closes it.
 *
 * Iterating throws `StreamError`: `timeout` when the server was silent for too long, `http` with its status when it
 * refused, `connectionClosed` when it cannot be reached or broke off and may not be asked again, `parse` for an entry
 * that cannot be read when `strict`.
 *
 * @example
 *   const stream = client.subscribeWorkflowStream('0191f80f-aea2-7677-8720-91c825f9b7ff');
 *   await stream.ready;
 *   for await (const { event } of stream) if (event.type === 'data') console.log(event.data);
 */
export class Subscription<Event> implements AsyncIterable<Event> {
  /** Resolves when the server has accepted: nothing that happens from then on is missed. Rejects with a `StreamError`. */
  readonly ready: Promise<void>;
  readonly #parts: SubscriptionParts<Event>;

  /** @internal */
  constructor(parts: SubscriptionParts<Event>) {
    this.#parts = parts;
    this.ready = parts.live.ready.catch((error: unknown) => {
      throw this.#explained(error);
    });
    // Who does not look at it hears of a failure by iterating.
    this.ready.catch(() => undefined);
  }

  /** Ends the iteration without an error and closes the connection. Safe to call again. */
  close(): void {
    this.#parts.live.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    const { live, toEvent, isLast } = this.#parts;
    try {
      for await (const message of live) {
        if (message.kind !== 'entry') {
          this.#note(message);
          continue;
        }
        const event = toEvent(message.frame);
        if (event !== undefined) yield event;
        if (isLast(message.frame)) return;
      }
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #note(message: Exclude<LiveStreamMessage, { kind: 'entry' }>): void {
    const { options, logger } = this.#parts;
    switch (message.kind) {
      case 'gap':
        if (options.onGap !== undefined) return options.onGap(message);
        logger.warn(`Entries ${message.from} to ${message.to} of the stream are not shown: ${message.reason}`);
        return;
      case 'status':
        if (message.status.state === 'waiting') logger.warn(`Reading again: ${message.status.error.message}`);
        return;
      // From a newer server: whatever it says, it cannot concern code that knows nothing of it.
      case 'unknown':
        return;
      case 'invalid':
      case 'malformed':
        if (options.strict === true) throw new StreamError('parse', wordsOf(message));
        logger.warn(wordsOf(message));
    }
  }

  #explained(error: unknown): unknown {
    if (error instanceof DOMException && error.name === 'AbortError') {
      return new StreamError('connectionClosed', 'The subscription was closed before it was accepted', {
        cause: error,
      });
    }
    if (!ServiceError.is(error)) return error;
    const status = this.#parts.refusedWith();
    if (status !== undefined) return new StreamError('http', error.message, { status, cause: error });
    if (error.code === 'INTERNAL') return new StreamError('parse', error.message, { cause: error });
    const kind = error.code === 'DEADLINE_EXCEEDED' ? 'timeout' : 'connectionClosed';
    return new StreamError(kind, error.message, { cause: error });
  }
}

function wordsOf(message: Undecoded): string {
  const reason = 'reason' in message ? message.reason : message.kind;
  return `An entry of the stream cannot be read${message.id === undefined ? '' : ` (${message.id})`}: ${reason}`;
}
