import { type DataEvent, STREAM_EVENT_MAX_BYTES, STREAM_LOSS, type StreamEvent } from '@flovyn/events';
import { type AttemptEntries, type StreamEntry, toStreamEventType } from '@flovyn/protocol/grpc';
import { serialize } from '../serde.js';
import type { Logger } from '../types.js';
import type { Answer, Session } from './session.js';

/** Identifies an attempt in everything said about it. */
export interface AttemptRef {
  readonly taskExecutionId: string;
  readonly workflowExecutionId: string;
  readonly claimToken: string;
}

interface Queued {
  readonly event: Exclude<StreamEvent, DataEvent> | WrittenData;
  readonly timestampMs: number;
}

/** Data is the author's, who may go on changing it: its text is made when it is shown. */
interface WrittenData {
  readonly type: 'data';
  readonly payload: string;
}

/** What the end of an attempt says of its output. */
export interface SentOutput {
  readonly entries: number;
  readonly lostEntries: number;
}

/** What output needs of a session. */
export type OutputSession = Pick<Session, 'request' | 'whenWritable' | 'isWritable' | 'isConnected'>;

export interface StreamSenderOptions {
  readonly session: OutputSession;
  readonly ref: AttemptRef;
  readonly logger: Logger;
  /** The server says that the attempt is no longer ours. */
  readonly onLeaseLost: () => void;
}

export const streamLimits = {
  /** Entries waiting to be sent; beyond it tokens are joined and only the newest progress is kept. */
  queue: 10_000,
  /** Characters one joined token may have. */
  joinedToken: 65_536,
  /** Entries sent and not confirmed. */
  unconfirmed: 4_096,
  /** Entries, and characters, of one item. */
  batch: 512,
  batchCharacters: 1_048_576,
  /** How long confirmed entries are kept: a database that crashed may ask for them again. */
  keepMs: 1_000,
  /** How long the end of an attempt waits for its output to leave. */
  flushMs: 10_000,
  /** Wait before sending again what was refused a second time at the same place. */
  refusedAgainMs: 100,
} as const;

/**
 * The live output of one attempt: numbered from 0, in order, bounded. Sending never fails the task.
 *
 *  1. An entry gets its number when it is sent, so joining entries that wait leaves no hole.
 *  2. What the server has not confirmed, and what it confirmed a moment ago, can be sent again from any number on.
 *  3. What had to be given up stands in the stream as one `STREAM_LOSS` error.
 */
export class StreamSender {
  readonly #options: StreamSenderOptions;
  #queue: Queued[] = [];
  /** Entries sent, from number `#keptFrom` on. */
  #kept: StreamEntry[] = [];
  #keptFrom = 0;
  #confirmed = 0;
  #confirmedAt: { readonly number: number; readonly at: number }[] = [];
  #lost = 0;
  #lossTold = false;
  /** Answers to what was sent before a restart say nothing about what was sent since. */
  #round = 0;
  #restartedAt: number | undefined;
  #isWaiting = false;
  #isOver = false;
  #emptied: (() => void) | undefined;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
  }

  push(event: StreamEvent): void {
    if (this.#isOver) return;
    if (this.#queue.length >= streamLimits.queue && this.#merge(event)) return;
    const queued = event.type === 'data' ? this.#write(event) : event;
    if (queued === undefined) return;
    this.#queue.push({ event: queued, timestampMs: Date.now() });
    this.#wantToSend();
  }

  /**
   * Sends what is left and resolves to how many entries were sent and how many had to be given up unsaid. When the server
   * takes no output for too long, the rest is given up.
   */
  async finish(): Promise<SentOutput> {
    this.#fill();
    if (this.#queue.length > 0 && !this.#isOver) await this.#emptyOrLate();
    // Without a connection nothing is slow: the session keeps it all for the next one.
    if (!this.#options.session.isConnected) this.#sendQueued(Number.POSITIVE_INFINITY);
    this.#isOver = true;
    const unsent = this.#queue.length;
    if (unsent > 0) this.#options.logger.warn(`${unsent} stream entries could not be sent before the task ended`);
    this.#queue = [];
    this.#lost = unsent + (this.#lossTold ? 0 : this.#lost);
    return this.#output;
  }

  /** After the end was refused because output before it is not stored: sends that again, from number `stored` on. */
  again(stored: number): SentOutput {
    this.#restartFrom(stored);
    return this.#output;
  }

  get #output(): SentOutput {
    return { entries: this.#sent, lostEntries: this.#lost };
  }

  /** Stops at once: the attempt is somebody else's. */
  abandon(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#kept = [];
    this.#emptied?.();
  }

  get #sent(): number {
    return this.#keptFrom + this.#kept.length;
  }

  #emptyOrLate(): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, streamLimits.flushMs);
      this.#emptied = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  /** Makes room for an event in a full queue. False when it must be queued all the same. */
  #merge(event: StreamEvent): boolean {
    const last = this.#queue.at(-1);
    if (event.type === 'token' && last?.event.type === 'token') {
      const text = last.event.text + event.text;
      if (text.length <= streamLimits.joinedToken) {
        this.#queue[this.#queue.length - 1] = { ...last, event: { type: 'token', text } };
        return true;
      }
    }
    if (event.type === 'progress') {
      const older = this.#queue.findLastIndex((queued) => queued.event.type === 'progress');
      if (older !== -1) {
        this.#queue.splice(older, 1);
        return false;
      }
    }
    // Room for twice as much before anything is given up: by then the server has been silent for long.
    if (this.#queue.length < 2 * streamLimits.queue) return false;
    this.#lose(1, 'the server takes output more slowly than the task makes it');
    return true;
  }

  #lose(count: number, why: string): void {
    if (this.#lost === 0) this.#options.logger.warn(`Live output is lost: ${why}`);
    this.#lost += count;
  }

  #wantToSend(): void {
    if (this.#isWaiting || this.#queue.length === 0) return;
    if (this.#sent - this.#confirmed >= streamLimits.unconfirmed) return;
    this.#isWaiting = true;
    this.#options.session.whenWritable(() => {
      this.#isWaiting = false;
      this.#fill();
    });
  }

  #fill(): void {
    this.#sendQueued(streamLimits.unconfirmed);
    if (this.#queue.length === 0 && this.#queueLoss()) this.#sendQueued(streamLimits.unconfirmed);
    if (this.#queue.length === 0) this.#emptied?.();
    else this.#wantToSend();
  }

  #sendQueued(window: number): void {
    while (!this.#isOver && this.#queue.length > 0 && this.#options.session.isWritable) {
      const room = window - (this.#sent - this.#confirmed);
      if (room <= 0) return;
      this.#sendBatch(Math.min(room, streamLimits.batch));
    }
  }

  #sendBatch(count: number): void {
    const entries: StreamEntry[] = [];
    let characters = 0;
    let taken = 0;
    for (const queued of this.#queue) {
      if (taken === count || characters >= streamLimits.batchCharacters) break;
      taken += 1;
      const entry = this.#entryOf(queued);
      if (entry === undefined) continue;
      characters += entry.payload.length;
      entries.push(entry);
    }
    this.#queue.splice(0, taken);
    if (entries.length > 0) this.#send(entries);
  }

  #write(event: DataEvent): WrittenData | undefined {
    try {
      return { type: 'data', payload: serialize(event) };
    } catch (error) {
      this.#lose(1, `a value cannot be written as JSON (${String(error)})`);
      return undefined;
    }
  }

  #entryOf({ event, timestampMs }: Queued): StreamEntry | undefined {
    const payload = event.type === 'data' ? event.payload : JSON.stringify(event);
    // A character is one to three bytes: only texts in between need counting.
    const tooLong =
      payload.length > STREAM_EVENT_MAX_BYTES ||
      (payload.length * 3 > STREAM_EVENT_MAX_BYTES && Buffer.byteLength(payload) > STREAM_EVENT_MAX_BYTES);
    if (tooLong) {
      this.#lose(1, `a ${event.type} event is larger than ${STREAM_EVENT_MAX_BYTES} bytes`);
      return undefined;
    }
    return { type: toStreamEventType(event.type), payload, timestampMs };
  }

  /** Once, when there is room again: readers see that something is missing. */
  #queueLoss(): boolean {
    if (this.#lost === 0 || this.#lossTold || this.#isOver) return false;
    this.#lossTold = true;
    const message = `${this.#lost} stream ${this.#lost === 1 ? 'entry' : 'entries'} of this attempt could not be sent`;
    this.#queue.push({ event: { type: 'error', message, code: STREAM_LOSS }, timestampMs: Date.now() });
    return true;
  }

  #send(entries: StreamEntry[]): void {
    const item: AttemptEntries = { ...this.#options.ref, first: this.#sent, entries };
    for (const entry of entries) this.#kept.push(entry);
    const round = this.#round;
    this.#options.session.request('attemptEntries', item, (answer) => this.#answered(answer, round));
  }

  #answered(answer: Answer, round: number): void {
    if (answer.isAccepted) {
      if (answer.detail?.$case === 'entries') this.#confirm(answer.detail.value.stored);
      this.#wantToSend();
      return;
    }
    if (round !== this.#round) return;
    if (answer.stored !== undefined) {
      this.#restartFrom(answer.stored);
      return;
    }
    if (answer.code === 'LEASE_LOST') {
      this.abandon();
      this.#options.onLeaseLost();
      return;
    }
    this.#options.logger.warn(`The server refused live output: ${answer.message}`);
    this.abandon();
  }

  #confirm(stored: number): void {
    this.#confirmed = Math.max(this.#confirmed, Math.min(stored, this.#sent));
    const now = Date.now();
    this.#confirmedAt.push({ number: this.#confirmed, at: now });
    let from = this.#keptFrom;
    while (this.#confirmedAt.length > 0) {
      const oldest = this.#confirmedAt[0];
      if (oldest === undefined || oldest.at > now - streamLimits.keepMs) break;
      from = oldest.number;
      this.#confirmedAt.shift();
    }
    if (from <= this.#keptFrom) return;
    this.#kept = this.#kept.slice(from - this.#keptFrom);
    this.#keptFrom = from;
  }

  /** The server has less than it confirmed, or than we thought: it goes on from `stored`. */
  #restartFrom(stored: number): void {
    this.#round += 1;
    const isStuck = stored === this.#restartedAt;
    this.#restartedAt = stored;
    const missing = Math.max(0, this.#keptFrom - stored);
    const again = this.#kept.slice(Math.max(0, stored - this.#keptFrom));
    this.#kept = [];
    this.#keptFrom = stored;
    this.#confirmed = stored;
    this.#confirmedAt = [];
    if (missing > 0) {
      const message = `${missing} stream ${missing === 1 ? 'entry' : 'entries'} of this attempt were lost by the server`;
      const payload = serialize({ type: 'error', message, code: STREAM_LOSS });
      again.unshift({ type: 'ERROR', payload, timestampMs: Date.now() });
    }
    const sendAgain = (): void => {
      for (let i = 0; i < again.length; i += streamLimits.batch) this.#send(again.slice(i, i + streamLimits.batch));
      this.#wantToSend();
    };
    if (isStuck) setTimeout(sendAgain, streamLimits.refusedAgainMs);
    else sendAgain();
  }
}
