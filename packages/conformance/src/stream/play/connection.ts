import { createSseDecoder } from '@flovyn/events/sse';
import { createBell } from './bell.js';
import { reasonOf } from './reason-of.js';
import { type Connection, type Heard, isLine, toHeard } from './heard.js';

/** A connection that is being read. */
export interface LiveConnection extends Connection {
  /** Waits until the server has answered. */
  answered(limit: AbortSignal): Promise<void>;
  /** Waits until it holds. @throws {Error} when the connection is over before. */
  until(what: () => string, holds: () => boolean, limit: AbortSignal): Promise<void>;
  /** Waits until it is over, by whomever. */
  over(limit: AbortSignal): Promise<void>;
  /** Takes nothing from the socket until it wakes. */
  stall(): void;
  wake(): void;
  cut(): void;
}

/** How to connect, and when to leave. */
export interface ConnectionOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: 'json' | 'plain';
  /** The cursor among the headers, if any. */
  readonly after: string | undefined;
  /** Leaves after so many entries; what the same chunk still held is thrown away. */
  readonly entries: number;
  /** Leaves after so many bytes, wherever they end. */
  readonly bytes: number;
}

/** 64 Ki characters: a problem is shorter, and of anything else the beginning says enough. */
const MOST_BODY = 65_536;

/** Asks for a stream and reads it in the background, until the server closes or the reader leaves. */
export function connect(url: string, options: ConnectionOptions): LiveConnection {
  const leaving = new AbortController();
  const bell = createBell();
  const decoder = createSseDecoder();
  const heard: Heard[] = [];
  const signsOfLife: number[] = [];
  let answer: Response | undefined;
  let fault: unknown;
  let body = '';
  let isOver = false;
  let entries = 0;
  let room = options.bytes;
  let nap: Promise<void> | undefined;
  let wakeUp = (): void => undefined;

  /** False when the reader has what it wanted. */
  const take = (chunk: Uint8Array): boolean => {
    const part = chunk.subarray(0, Math.min(room, chunk.length));
    room -= part.length;
    for (const message of decoder.push(part)) {
      if (message.kind === 'comment') signsOfLife.push(heard.length);
      if (message.kind !== 'message') continue;
      const next = toHeard(message, options.format);
      heard.push(next);
      if (isLine(next)) entries += 1;
      if (entries === options.entries) return false;
    }
    return room > 0;
  };

  const read = async (): Promise<void> => {
    const { method, headers } = options;
    answer = await fetch(url, { method, headers, signal: leaving.signal, redirect: 'manual' });
    bell.ring();
    if (answer.status !== 200) {
      body = (await answer.text()).slice(0, MOST_BODY);
      return;
    }
    for await (const chunk of answer.body ?? []) {
      await nap;
      if (leaving.signal.aborted) return;
      const wantsMore = take(chunk);
      bell.ring();
      if (!wantsMore) return leaving.abort();
    }
  };

  // A connection that breaks is over; whoever waited for more of it is told why.
  read()
    .catch((error: unknown) => (fault = error))
    .finally(() => {
      isOver = true;
      bell.ring();
    });

  const why = (): string => {
    if (fault !== undefined && !leaving.signal.aborted) return reasonOf(fault);
    return `status ${answer?.status ?? 'none'}${body === '' ? '' : `, ${body.slice(0, 200)}`}`;
  };
  const until = async (what: () => string, holds: () => boolean, limit: AbortSignal): Promise<void> => {
    const look = (): boolean => {
      if (holds()) return true;
      if (isOver) throw new Error(`the connection was over (${why()}) before ${what()}`);
      return false;
    };
    await bell.until(what, look, limit);
  };

  return {
    url,
    after: options.after,
    heard,
    signsOfLife,
    get status() {
      return answer?.status ?? 0;
    },
    get headers() {
      return answer?.headers ?? new Headers();
    },
    get body() {
      return body;
    },
    get isClosed() {
      return isOver && !leaving.signal.aborted;
    },
    answered: (limit) =>
      until(
        () => 'an answer',
        () => answer !== undefined,
        limit,
      ),
    until,
    over: async (limit) =>
      void (await bell.until(
        () => 'the end of the connection',
        () => isOver,
        limit,
      )),
    stall() {
      nap ??= new Promise((resolve) => (wakeUp = resolve));
    },
    wake() {
      nap = undefined;
      wakeUp();
    },
    cut() {
      leaving.abort();
      wakeUp();
    },
  };
}
