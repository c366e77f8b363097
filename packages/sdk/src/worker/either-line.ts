import { ServiceError } from '@flovyn/protocol';
import { WorkerFrame, type WorkerItem, workerItem } from '@flovyn/protocol/grpc';
import type { Logger } from '../types.js';
import { streamOpener } from './connection.js';
import type { FrameListener, FrameStream, OpenStream } from './frame-stream.js';
import { type Doors, openDoors } from './unary/doors.js';
import { UnaryLine } from './unary/line.js';
import type { IdleTimes } from './unary/polls.js';
import { type Attachment, SingleCalls } from './unary/single-calls.js';
import type { WorkerOptions } from './worker-options.js';

export interface LineOptions {
  readonly openSession: OpenStream;
  readonly openDoors: () => Doors;
  readonly idle: IdleTimes;
  readonly serverUrl: string;
  readonly logger: Logger;
}

/** Opens lines to the server of a worker. */
export function openLine({ endpoint, token, idle, logger }: WorkerOptions): OpenStream {
  return openEitherLine({
    openSession: streamOpener(endpoint, token),
    openDoors: () => openDoors(endpoint, token),
    idle,
    serverUrl: endpoint.serverUrl,
    logger,
  });
}

/**
 * Opens lines to a server of any age: a session where it knows them, single calls where it does not. Each line asks anew, so
 * a worker moves to sessions with the first connection to a server that has them.
 */
export function openEitherLine(options: LineOptions): OpenStream {
  const calls = new SingleCalls(options.logger);
  let last: 'session' | 'calls' = 'session';
  const speaks = (how: typeof last): void => {
    if (how === last) return;
    last = how;
    const { logger, serverUrl } = options;
    if (how === 'calls') logger.warn(`The server ${serverUrl} knows no worker sessions: the worker makes single calls`);
    else logger.info(`The server ${serverUrl} knows worker sessions now`);
  };
  return (listener) => new EitherLine(options, calls, listener, speaks);
}

/**
 * One line. What a worker was given by single calls it ends by single calls, also while a session stands: the session knows
 * nothing of those claims.
 */
class EitherLine implements FrameStream {
  readonly #options: LineOptions;
  readonly #calls: SingleCalls;
  readonly #listener: FrameListener;
  readonly #speaks: (how: 'session' | 'calls') => void;
  #line: FrameStream;
  #unary: UnaryLine | undefined;
  /** How single calls are made beside a session. */
  #beside: Attachment | undefined;
  #hello: Uint8Array | undefined;
  #isKnown = false;

  constructor(
    options: LineOptions,
    calls: SingleCalls,
    listener: FrameListener,
    speaks: (how: 'session' | 'calls') => void,
  ) {
    this.#options = options;
    this.#calls = calls;
    this.#listener = listener;
    this.#speaks = speaks;
    this.#line = options.openSession({
      received: (frame) => {
        listener.received(frame);
        if (!this.#isKnown) this.#known();
      },
      drained: () => listener.drained(),
      ended: (error) => this.#ended(error),
    });
  }

  write(frame: Uint8Array): boolean {
    if (this.#unary !== undefined || this.#calls.isIdle) {
      this.#hello ??= frame;
      return this.#line.write(frame);
    }
    const { items } = WorkerFrame.decode(frame);
    if (this.#hello === undefined) {
      this.#hello = frame;
      return this.#write(items.map((item) => this.#withoutOurs(item)));
    }
    const ours = new Set(items.filter((item) => this.#calls.owns(item)));
    for (const item of ours) this.#calls.carry(item);
    return this.#write(items.filter((item) => !ours.has(item)));
  }

  end(): void {
    this.#line.end();
    this.#leave();
  }

  cancel(): void {
    this.#line.cancel();
    this.#leave();
  }

  #write(items: WorkerItem[]): boolean {
    return items.length === 0 || this.#line.write(WorkerFrame.encode({ items }).finish());
  }

  /** The server has answered: it knows sessions. */
  #known(): void {
    this.#isKnown = true;
    this.#speaks('session');
    if (this.#calls.isIdle) return;
    const doors = this.#options.openDoors();
    // Whatever keeps a call from being made is the session's trouble as well, or will be over at the next meeting.
    this.#beside = { doors, listener: this.#listener, lost: () => this.#line.cancel() };
    this.#calls.attach(this.#beside);
  }

  #ended(error: Error | undefined): void {
    if (this.#isKnown || this.#hello === undefined || !isUnimplemented(error)) {
      this.#leave();
      this.#listener.ended(error);
      return;
    }
    const { openDoors, ...options } = this.#options;
    this.#line = this.#unary = new UnaryLine({
      ...options,
      doors: openDoors(),
      calls: this.#calls,
      listener: this.#listener,
      greeted: () => this.#speaks('calls'),
    });
    this.#unary.write(this.#hello);
  }

  /** Nothing is said beside the session any more. */
  #leave(): void {
    if (this.#beside === undefined) return;
    this.#calls.detach(this.#beside);
    this.#beside.doors.close();
    this.#beside = undefined;
  }

  /** A session is not told of claims that are none of its own: it would call them lost. */
  #withoutOurs(item: WorkerItem): WorkerItem {
    if (item.item?.$case !== 'hello') return item;
    const { heldTurns, heldAttempts, ...hello } = item.item.value;
    return workerItem(item.id, 'hello', {
      ...hello,
      heldTurns: heldTurns.filter((turn) => !this.#calls.turns.has(turn)),
      heldAttempts: heldAttempts.filter((attempt) => !this.#calls.attempts.has(attempt)),
    });
  }
}

function isUnimplemented(error: Error | undefined): boolean {
  return ServiceError.is(error?.cause) && error.cause.code === 'UNIMPLEMENTED';
}
