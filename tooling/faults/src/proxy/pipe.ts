import type { Socket } from 'node:net';
import { type Ending, type Weather, reset } from './weather.js';

/** So much of one way of a connection is held; then its sender has to wait. */
export const PIPE_MAX_BYTES = 64 * 1024;
/** A slow pipe gives a twentieth of a second's bytes at a time. */
const STEPS_PER_SECOND = 20;

export interface PipeParts {
  readonly from: Socket;
  readonly to: Socket;
  readonly weather: () => Weather;
  /** Between -1 and 1. */
  readonly jitter: () => number;
  /**
   * Asked before a chunk is passed on: how much of it may be. Whoever allows less has the connection cut after that part.
   * @returns `undefined` for all of it.
   */
  readonly allow: (bytes: number) => number | undefined;
  /** A part that was allowed has been passed on, and no more may be. */
  readonly spent: () => void;
}

type Item = { readonly dueAt: number; readonly content: Buffer | Ending };

/** One way of a connection: what comes in goes out in its order, when the weather lets it. */
export class Pipe {
  readonly #parts: PipeParts;
  readonly #queue: Item[] = [];
  #bytes = 0;
  #lastDueAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    const { from, to } = parts;
    from.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes >= PIPE_MAX_BYTES) from.pause();
      this.#push(chunk);
    });
    from.on('end', () => this.#push('fin'));
    from.on('close', () => this.#push('rst'));
    to.on('drain', () => {
      this.#isWaiting = false;
      this.move();
    });
    to.on('close', () => clearTimeout(this.#timer));
  }

  /** Passes on what may go. Called again whenever the weather has changed. */
  move(): void {
    if (this.#timer !== undefined) return;
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined || this.#isWaiting || this.#parts.weather().frozen) return;
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) return this.#moveIn(waitMs);
      if (!this.#pass(next.content)) return;
    }
  }

  #push(content: Buffer | Ending): void {
    const { delayMs, jitterMs } = this.#parts.weather();
    const delay = delayMs === 0 ? 0 : Math.max(0, delayMs + jitterMs * this.#parts.jitter());
    this.#lastDueAt = Math.max(this.#lastDueAt, performance.now() + delay);
    this.#queue.push({ dueAt: this.#lastDueAt, content });
    this.move();
  }

  /** @returns whether the next one may follow at once. */
  #pass(content: Buffer | Ending): boolean {
    const { to, from, weather, allow, spent } = this.#parts;
    if (content === 'fin') to.end();
    // A socket that closed in order has ended before: then what is still under way to the other end arrives.
    if (content === 'rst' && from.errored !== null) reset(to);
    else if (content === 'rst') to.destroySoon();
    if (typeof content === 'string') {
      this.#queue.shift();
      return true;
    }
    const perStep = Math.max(1, Math.floor(weather().bytesPerSecond / STEPS_PER_SECOND));
    const part = content.subarray(0, Math.min(content.length, perStep));
    const allowed = allow(part.length);
    const sent = allowed === undefined ? part : part.subarray(0, allowed);
    const rest = content.subarray(sent.length);
    if (rest.length === 0) this.#queue.shift();
    else this.#queue[0] = { dueAt: 0, content: rest };
    this.#bytes -= sent.length;
    if (this.#bytes < PIPE_MAX_BYTES && from.isPaused()) from.resume();
    if (to.writable && !to.write(sent)) this.#isWaiting = true;
    if (allowed !== undefined) {
      spent();
      return false;
    }
    if (part.length < content.length) {
      this.#moveIn(1_000 / STEPS_PER_SECOND);
      return false;
    }
    return true;
  }

  #moveIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.move();
    }, ms);
  }
}
