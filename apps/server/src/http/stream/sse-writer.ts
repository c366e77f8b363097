import type { ServerResponse } from 'node:http';
import { encodeComment, encodeRetry } from '@flovyn/events/sse';
import { limits } from '@flovyn/protocol';

/** 15 s: a proxy in front of us closes idle sockets at 30 s at the earliest. */
const KEEP_ALIVE_MS = 15_000;
/** An hour, more or less a tenth: readers that came together do not come back together. */
const MAX_AGE_MS = 60 * 60_000;

const KEEP_ALIVE = Buffer.from(encodeComment());

export interface SseWriter {
  /** Sends bytes that hold `entries` entries. */
  write(bytes: Buffer | string, entries: number): void;
  /** True when the reader has fallen so far behind that nothing more may be put into memory for it. */
  isBehind(): boolean;
  /** Resolves when the reader has taken everything written so far, or when the connection is over. */
  caughtUp(): Promise<void>;
  readonly isClosed: boolean;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  /** Sends the last words and closes. */
  end(lastWords: string): void;
  /** Closes, and asks the reader to come back: soon, but not all at once. */
  closeForNow(): void;
}

export interface SseWriterOptions {
  /** Called when the reader has taken nothing for so long that it was cut off. */
  readonly onStall: () => void;
  readonly keepAliveMs?: number;
  readonly maxAgeMs?: number;
  readonly stallMs?: number;
}

/**
 * Opens an event stream on a response. The reader gets its headers and a first comment at once, a comment while there is
 * nothing to say, and costs at most its bound of memory, however slowly it reads.
 */
export function openSse(response: ServerResponse, options: SseWriterOptions): SseWriter {
  const { keepAliveMs = KEEP_ALIVE_MS, maxAgeMs = MAX_AGE_MS, stallMs = limits.streamStallMs } = options;
  let isClosed = false;
  let announceClosed: () => void;
  const closed = new Promise<void>((resolve) => (announceClosed = resolve));
  let isWaiting = false;
  let waitingEntries = 0;
  let stallTimer: NodeJS.Timeout | undefined;
  const onceCaughtUp: (() => void)[] = [];

  const send = (bytes: Buffer | string): void => {
    if (isClosed || response.write(bytes) || isWaiting) return;
    isWaiting = true;
    // There is no telling how much of a write has been taken, only when all of it has. What waits is bounded, so a reader
    // that does not manage it in this time takes less than some 35 kB a second.
    stallTimer = setTimeout(() => {
      options.onStall();
      response.destroy();
    }, stallMs);
  };

  const settle = (): void => {
    isWaiting = false;
    waitingEntries = 0;
    clearTimeout(stallTimer);
    for (const resolve of onceCaughtUp.splice(0)) resolve();
  };

  const keepAlive = setInterval(() => {
    if (!isWaiting) send(KEEP_ALIVE);
  }, keepAliveMs);
  const ageLimit = setTimeout(() => writer.closeForNow(), maxAgeMs * (0.9 + Math.random() * 0.2));

  const stop = (): void => {
    if (isClosed) return;
    isClosed = true;
    clearInterval(keepAlive);
    clearTimeout(ageLimit);
    settle();
    announceClosed();
  };

  const writer: SseWriter = {
    write(bytes, entries) {
      if (bytes.length === 0) return;
      send(bytes);
      if (isWaiting) waitingEntries += entries;
    },
    isBehind: () => waitingEntries > limits.streamBufferEntries || response.writableLength > limits.streamBufferBytes,
    caughtUp: () => (isWaiting ? new Promise((resolve) => onceCaughtUp.push(resolve)) : Promise.resolve()),
    get isClosed() {
      return isClosed;
    },
    closed,
    end(lastWords) {
      if (isClosed) return;
      response.end(lastWords);
      stop();
    },
    closeForNow: () => writer.end(retrySoon()),
  };

  response.on('drain', settle);
  response.on('close', stop);
  // A reader that has left already is not told of a second time.
  if (response.destroyed) {
    stop();
    return writer;
  }
  // In HTTP/1.1 it is the rest of its connection. HTTP/2, which has no such thing, has no word for either.
  response.shouldKeepAlive = false;
  response.removeHeader('transfer-encoding');
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  // The first bytes tell every proxy on the way that this answer has begun.
  send(KEEP_ALIVE);
  return writer;
}

/** Asks the reader to come back after one to five seconds. */
export function retrySoon(): string {
  return encodeRetry(1_000 + Math.random() * 4_000);
}
