import type { LiveStreamMessage } from './live-stream-message.js';

/** Like the server's own buffer for a connection: 1,000 messages or 1 Mi of text, whatever is reached first. */
export const BUFFER_MESSAGES = 1_000;
export const BUFFER_SIZE = 1_048_576;

interface Slot {
  readonly message: LiveStreamMessage;
  readonly size: number;
}

/**
 * Messages between the socket and their reader. It takes whatever it is given; the writer asks `room` before it reads
 * more, so what it holds beyond its limits is at most what one chunk of bytes said.
 */
export class MessageBuffer {
  #slots: Slot[] = [];
  #size = 0;
  #end: { readonly error: unknown } | 'finished' | undefined;
  #readers: {
    resolve: (result: IteratorResult<LiveStreamMessage, undefined>) => void;
    reject: (why: unknown) => void;
  }[] = [];
  #writers: (() => void)[] = [];

  /** @param size - about how much memory the message needs, in UTF-16 units. */
  push(message: LiveStreamMessage, size: number): void {
    if (this.#end !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ done: false, value: message });
    // Only the newest of several changes in a row is worth reading, and a long outage must not fill the memory.
    if (message.kind === 'status' && this.#slots.at(-1)?.message.kind === 'status') this.#slots.pop();
    this.#slots.push({ message, size });
    this.#size += size;
  }

  /** Resolves when there is room for more, or when nothing more is wanted. */
  room(): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  /** The next message; `done` or the error of `fail` after the last one. */
  next(): Promise<IteratorResult<LiveStreamMessage, undefined>> {
    const slot = this.#slots.shift();
    if (slot !== undefined) {
      this.#size -= slot.size;
      if (this.#hasRoom()) this.#releaseWriters();
      return Promise.resolve({ done: false, value: slot.message });
    }
    if (this.#end === undefined) return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    if (this.#end === 'finished') return Promise.resolve({ done: true, value: undefined });
    const { error } = this.#end;
    // Told once; a reader that asks again is at the end.
    this.#end = 'finished';
    return Promise.reject(error);
  }

  /** No more messages. What is in the buffer can still be read. */
  finish(): void {
    if (this.#end !== undefined) return;
    this.#end = 'finished';
    for (const reader of this.#readers.splice(0)) reader.resolve({ done: true, value: undefined });
    this.#releaseWriters();
  }

  /** The same, with an error after the last message. */
  fail(error: unknown): void {
    if (this.#end !== undefined) return;
    const [first, ...others] = this.#readers.splice(0);
    this.#end = first === undefined ? { error } : 'finished';
    first?.reject(error);
    for (const reader of others) reader.resolve({ done: true, value: undefined });
    this.#releaseWriters();
  }

  /** Forgets everything: nobody reads any more. */
  discard(): void {
    this.#slots = [];
    this.#size = 0;
    this.finish();
  }

  #hasRoom(): boolean {
    return this.#end !== undefined || (this.#slots.length < BUFFER_MESSAGES && this.#size < BUFFER_SIZE);
  }

  #releaseWriters(): void {
    for (const resolve of this.#writers.splice(0)) resolve();
  }
}
