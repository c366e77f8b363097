import {
  type Accepted,
  type ServerItem,
  type WorkerItemCase,
  type WorkerItemOf,
  workerItem,
} from '@flovyn/protocol/grpc';
import { ServiceError } from '@flovyn/protocol';
import { ConnectionError, toError } from '../errors.js';
import type { Logger } from '../types.js';
import { comeBack } from './coming-back.js';
import { Connection, type OpenStream } from './frame-stream.js';
import { Heartbeat } from './heartbeat.js';
import { endOfFrame, itemBytes } from './item-bytes.js';
import type { Reconnection } from './reconnection.js';
import type { Greeting } from './registration.js';
import type { SessionOwner } from './session-owner.js';
import { TurnoverMap } from './turnover-map.js';

/** How the server answered an item. */
export type Answer =
  | { readonly isAccepted: true; readonly detail: Accepted['detail'] }
  | {
      readonly isAccepted: false;
      readonly code: string;
      readonly message: string;
      /** Entries only: how many are stored. */
      readonly stored?: number | undefined;
      /** The server had too much to do: it may take the same after so long. */
      readonly retryAfterMs?: number | undefined;
    };

export interface SessionOptions {
  readonly openStream: OpenStream;
  readonly owner: SessionOwner;
  readonly reconnection: Reconnection;
  readonly serverUrl: string;
  readonly logger: Logger;
}

interface Unanswered {
  readonly bytes: Uint8Array;
  readonly answered: (answer: Answer) => void;
}

const WELCOME_TIMEOUT_MS = 15_000;

/**
 * The conversation with the server: one stream for everything, across connections.
 *
 *  1. Items leave in the order they were given, gathered into one frame per turn of the event loop.
 *  2. A numbered item is kept until the server answered it, and sent again, unchanged and in order, after a cut.
 *  3. Answers are handed over in the order they arrive; each item is answered exactly once.
 *  4. An item that cannot be sent is refused here: it never harms the connection that everything else shares.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #unanswered = new TurnoverMap<number, Unanswered>();
  readonly #sources = new Set<() => void>();
  #outgoing: Uint8Array[] = [];
  #connection: Connection | undefined;
  #sessionId: string | undefined;
  #lastId = 0;
  #isSlowed = false;
  #isClosing = false;
  #flushScheduled = false;
  readonly #heartbeat: Heartbeat;
  #lastWriteMs: number | undefined;
  #lastHeardMs: number | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(this, (failure) => options.owner.heartbeat(failure));
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** No connection is opened any more. */
  get isClosed(): boolean {
    return this.#isClosing;
  }

  /** When something was last written. */
  get lastWriteMs(): number | undefined {
    return this.#lastWriteMs;
  }

  /** When the server was last heard. */
  get lastHeardMs(): number | undefined {
    return this.#lastHeardMs;
  }

  /** How many items the server has not answered. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Connects and resolves with the server's welcome; later losses are mended by the session itself. */
  open(): Promise<Greeting> {
    return this.#meet();
  }

  /**
   * Sends an item that changes nothing. It is forgotten when there is no connection.
   *
   * @throws {ServiceError} when it cannot be sent.
   */
  send<Case extends WorkerItemCase>(kind: Case, value: WorkerItemOf<Case>): void {
    if (this.#connection !== undefined) this.#put(itemBytes(workerItem(0, kind, value)));
  }

  /** Sends an item and hands over its answer, however many connections that takes; never before this call returns. */
  request<Case extends WorkerItemCase>(
    kind: Case,
    value: WorkerItemOf<Case>,
    answered: (answer: Answer) => void,
  ): void {
    this.#lastId += 1;
    let bytes: Uint8Array;
    try {
      bytes = itemBytes(workerItem(this.#lastId, kind, value));
    } catch (error) {
      const { code, message } = ServiceError.from(error);
      queueMicrotask(() => answered({ isAccepted: false, code, message, stored: undefined }));
      return;
    }
    this.#unanswered.set(this.#lastId, { bytes, answered });
    if (this.#connection !== undefined) this.#put(bytes);
  }

  /**
   * Calls `fill` once, as soon as the server takes output: at the end of this turn of the event loop, or when it has
   * caught up. What `fill` requests leaves in the next frame.
   */
  whenWritable(fill: () => void): void {
    this.#sources.add(fill);
    this.#scheduleFlush();
  }

  /** Whether output may be requested now. Without a connection it may: what is requested then waits here. */
  get isWritable(): boolean {
    return this.#connection === undefined || (!this.#connection.isCongested && !this.#isSlowed);
  }

  /** Ends the conversation after what is on its way out. */
  close(): void {
    this.#isClosing = true;
    this.#heartbeat.stop();
    if (this.#connection !== undefined) {
      this.#writeFrames(this.#connection);
      this.#connection.stream.end();
    }
    this.#connection = undefined;
  }

  /** Ends the conversation where it is: what is on its way out is not waited for. */
  abort(): void {
    this.#isClosing = true;
    this.#heartbeat.stop();
    this.#connection?.stream.cancel();
    this.#connection = undefined;
  }

  sendHeartbeat(): void {
    this.send('heartbeat', { timestampMs: Date.now() });
  }

  #put(item: Uint8Array): void {
    this.#outgoing.push(item);
    this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const connection = this.#connection;
    if (connection === undefined || connection.isCongested) return;
    if (!this.#isSlowed && this.#sources.size > 0) {
      const sources = [...this.#sources];
      this.#sources.clear();
      for (const fill of sources) fill();
    }
    this.#writeFrames(connection);
  }

  #writeFrames(connection: Connection): void {
    let from = 0;
    while (from < this.#outgoing.length && !connection.isCongested) {
      const to = endOfFrame(this.#outgoing, from);
      connection.write(this.#outgoing.slice(from, to));
      from = to;
      this.#lastWriteMs = Date.now();
    }
    this.#outgoing = from === this.#outgoing.length ? [] : this.#outgoing.slice(from);
  }

  /** Opens a connection, says hello, and makes it the session's own when the server welcomes us. */
  #meet(): Promise<Greeting> {
    return new Promise((resolve, reject) => {
      const hello = itemBytes(
        workerItem(0, 'hello', { ...this.#options.owner.introduction(), sessionId: this.#sessionId }),
      );
      const connection = new Connection(this.#options.openStream, {
        welcome: (greeting) => {
          clearTimeout(timeout);
          this.#begin(connection, greeting);
          resolve(greeting);
        },
        item: (item) => this.#receive(item),
        drained: () => this.#flush(),
        ended: (error) => {
          clearTimeout(timeout);
          const reason = error ?? new ConnectionError('The server ended the session', this.#options.serverUrl);
          reject(reason);
          this.#lost(connection, reason);
        },
      });
      const timeout = setTimeout(() => {
        connection.stream.cancel();
        reject(
          new ConnectionError(
            `The server at ${this.#options.serverUrl} did not welcome the worker within ${WELCOME_TIMEOUT_MS} ms`,
            this.#options.serverUrl,
          ),
        );
      }, WELCOME_TIMEOUT_MS);
      connection.write([hello]);
    });
  }

  #begin(connection: Connection, greeting: Greeting): void {
    if (this.#isClosing) {
      connection.stream.end();
      return;
    }
    const before = this.#connection;
    const isTakingOver = before !== undefined;
    this.#connection = connection;
    this.#lastHeardMs = Date.now();
    this.#sessionId = greeting.sessionId;
    this.#isSlowed = false;
    this.#outgoing = Array.from(this.#unanswered.values(), ({ bytes }) => bytes);
    this.#options.owner.welcomed(greeting, isTakingOver);
    this.#scheduleFlush();
    before?.stream.end();
    this.#heartbeat.start(greeting.heartbeatMs);
  }

  #receive(item: NonNullable<ServerItem['item']>): void {
    this.#lastHeardMs = Date.now();
    switch (item.$case) {
      case 'accepted':
        this.#answer(item.value.id, { isAccepted: true, detail: item.value.detail });
        return;
      case 'refused': {
        const { id, ...refusal } = item.value;
        this.#answer(id, { isAccepted: false, ...refusal });
        return;
      }
      case 'slowDown':
        this.#isSlowed = !item.value.resume;
        if (item.value.resume) this.#scheduleFlush();
        return;
      case 'drain':
        // Said to a connection that is ending, it is too late to matter.
        if (!this.#isClosing) void this.#moveOn(item.value.reason);
        return;
      case 'welcome':
      case 'ping':
        return;
      default:
        this.#options.owner.received(item);
    }
  }

  #answer(id: number, answer: Answer): void {
    const unanswered = this.#unanswered.get(id);
    if (unanswered === undefined) return;
    this.#unanswered.delete(id);
    unanswered.answered(answer);
  }

  /** The server is about to go: a second connection takes over before the first one ends. */
  async #moveOn(reason: string): Promise<void> {
    this.#options.logger.info(`The server asks its workers to connect again: ${reason}`);
    try {
      await this.#meet();
    } catch (error) {
      // The connection there is still serves; when it ends, reconnecting begins as after any loss.
      this.#options.logger.warn(`Connecting again failed for now: ${toError(error).message}`);
    }
  }

  #lost(connection: Connection, error: Error): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#outgoing = [];
    if (this.#isClosing) return;
    this.#options.owner.disconnected(error);
    void comeBack(error, {
      reconnection: this.#options.reconnection,
      logger: this.#options.logger,
      isWanted: () => !this.#isClosing && this.#connection === undefined,
      trying: (attempt, lastError) => this.#options.owner.reconnecting(attempt, lastError),
      connect: () => this.#meet(),
      failed: (failure) => this.#options.owner.attemptFailed(failure),
      gaveUp: (failure) => this.#gaveUp(failure),
    });
  }

  #gaveUp(error: Error): void {
    this.close();
    this.#options.owner.gaveUp(error);
  }
}
