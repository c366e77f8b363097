import type { WorkerLifecycleEvent } from './lifecycle-events.js';

/** What a subscriber may be behind. */
export const SUBSCRIPTION_BUFFER = 1_000;

/**
 * The events of a worker from the moment of subscribing, for one reader. The worker never waits for it: when 1,000 events
 * are unread, the oldest is dropped for the newest. Ends after `stopped`; leaving the loop closes it.
 */
export class WorkerEventSubscription implements AsyncIterableIterator<WorkerLifecycleEvent> {
  readonly #onClose: (subscription: WorkerEventSubscription) => void;
  #unread: WorkerLifecycleEvent[] = [];
  readonly #waiting: ((result: IteratorResult<WorkerLifecycleEvent, undefined>) => void)[] = [];
  #isClosed = false;
  #dropped = 0;

  /** @internal */
  constructor(onClose: (subscription: WorkerEventSubscription) => void) {
    this.#onClose = onClose;
  }

  /** How many events the reader missed by being slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @internal */
  push(event: WorkerLifecycleEvent): void {
    if (this.#isClosed) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting({ done: false, value: event });
      return;
    }
    this.#unread.push(event);
    if (this.#unread.length <= SUBSCRIPTION_BUFFER) return;
    this.#unread.shift();
    this.#dropped += 1;
  }

  /** No more events come; what is unread can still be read. @internal */
  end(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  /** Ends the iteration. Safe to call again. */
  close(): void {
    this.#unread = [];
    this.end();
    this.#onClose(this);
  }

  next(): Promise<IteratorResult<WorkerLifecycleEvent, undefined>> {
    const event = this.#unread.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<WorkerLifecycleEvent, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
