import { format } from 'node:util';
import type { LogLevel } from '../log.js';
import type { Session } from './session.js';
import type { AttemptRef } from './stream-sender.js';

/** Lines waiting while the server is slow; the oldest are given up first. */
const QUEUE = 1_000;

interface Line {
  readonly level: string;
  readonly message: string;
  readonly timestampMs: number;
}

/** The log of one attempt, on its way to the server. */
export class AttemptLogSender {
  readonly #session: Pick<Session, 'request' | 'whenWritable' | 'isWritable'>;
  readonly #ref: AttemptRef;
  #lines: Line[] = [];
  #isWaiting = false;

  constructor(session: Pick<Session, 'request' | 'whenWritable' | 'isWritable'>, ref: AttemptRef) {
    this.#session = session;
    this.#ref = ref;
  }

  write(level: LogLevel, message: string, args: readonly unknown[]): void {
    if (this.#lines.length === QUEUE) this.#lines.shift();
    this.#lines.push({ level: level.toUpperCase(), message: format(message, ...args), timestampMs: Date.now() });
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#session.whenWritable(() => {
      this.#isWaiting = false;
      this.flush();
    });
  }

  /** Sends what is there, before the attempt's end. */
  flush(): void {
    const lines = this.#lines;
    this.#lines = [];
    // A line that the server does not take changes nothing about the attempt.
    for (const line of lines) this.#session.request('attemptLog', { ...this.#ref, ...line }, () => undefined);
  }
}
