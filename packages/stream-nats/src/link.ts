import { type Msg, type MsgHdrs, type NatsConnection, type Subscription, connect } from '@nats-io/transport-node';
import { type LinkStatus, connectionOptions } from './options.js';

/** Between two tries to connect: soon at first, and not much later after hours. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** 1 s: how often the other side is asked for a sign of life. */
const PULSE_MS = 1_000;
/** 2 s without one, and the others are no longer taken to be heard; after 6 s the connection is given up. */
const SILENCE_MS = 2_000;
const LONGEST_SILENCE_MS = 6_000;
/** 16 MiB: what may be under way without a sign that it arrives. Past it nothing more is sent: these are copies. */
const MOST_UNCONFIRMED_BYTES = 16 * 1024 * 1024;
/** 2 MiB: after so much, the sign is asked for at once. */
const SOON_UNCONFIRMED_BYTES = 2 * 1024 * 1024;
/** 250 ms: longer than an answer takes, and hardly noticed when there is none. */
const SETTLING_MS = 250;
/** 1 s: what was sent last has that long to leave when the link is closed. */
const LEAVING_MS = 1_000;

/** One connection to NATS that is made again for ever. Nothing waits for it: what cannot be sent now is not sent. */
export interface Link {
  readonly status: LinkStatus;
  /** False when it was dropped. */
  publish(subject: string, payload: string, headers?: MsgHdrs): boolean;
  /**
   * Calls `heard` with every message, over all connections; as one of a `crew`, only with those which no other of it has
   * got. Returns how to stop.
   */
  listen(subject: string, heard: (message: Msg) => void, crew?: string): () => void;
  /** Resolves when NATS has all that was said to it so far; soon in any case, and at once without a connection. */
  settled(): Promise<void>;
  /** `undefined` when nobody listens there, nobody answers in time, or there is no connection. */
  request(subject: string, payload: string, timeoutMs: number): Promise<Msg | undefined>;
  close(): Promise<void>;
}

export interface LinkListener {
  /** Called with every new connection, before it counts as one. What fails is the reason that it does not. */
  readonly greet?: (connection: NatsConnection) => Promise<void>;
  readonly changed: (status: LinkStatus) => void;
}

interface Ear {
  readonly subject: string;
  readonly heard: (message: Msg) => void;
  readonly crew: string | undefined;
  subscription: Subscription | undefined;
}

/** @throws {TypeError} when `url` is no address of NATS. Does not wait for the connection. */
export function openLink(url: string, { greet = () => Promise.resolve(), changed }: LinkListener): Link {
  const options = connectionOptions(url);
  const ears = new Set<Ear>();
  const closing = new AbortController();
  let connection: NatsConnection | undefined;
  let status: LinkStatus = { connected: false, why: 'It has not been reached yet.' };
  let unconfirmedBytes = 0;
  let pulse: () => void = () => undefined;
  let settling: Promise<void> | undefined;

  const become = (next: LinkStatus): void => {
    const isSame = next.connected ? status.connected : !status.connected && status.why === next.why;
    status = next;
    if (!isSame) changed(next);
  };

  const attach = (ear: Ear): void => {
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) ear.heard(message);
    };
    const { crew } = ear;
    ear.subscription = connection?.subscribe(ear.subject, { callback, ...(crew === undefined ? {} : { queue: crew }) });
  };

  /** Asks for a sign of life again and again, until the connection is over. */
  const watch = (current: NatsConnection): (() => void) => {
    let askedAt: number | undefined;
    pulse = () => {
      if (askedAt !== undefined) {
        const silentMs = performance.now() - askedAt;
        if (silentMs >= SILENCE_MS) become({ connected: false, why: 'It does not answer.' });
        if (silentMs >= LONGEST_SILENCE_MS) void current.close();
        return;
      }
      askedAt = performance.now();
      const askedBytes = unconfirmedBytes;
      current.flush().then(
        () => {
          askedAt = undefined;
          unconfirmedBytes -= askedBytes;
          if (connection === current) become({ connected: true });
        },
        // The connection has ended, and says so itself.
        () => undefined,
      );
    };
    pulse();
    const timer = setInterval(() => pulse(), PULSE_MS);
    return () => clearInterval(timer);
  };

  const live = async (): Promise<void> => {
    const current = await connect(options);
    try {
      if (closing.signal.aborted) return;
      await greet(current);
      if (closing.signal.aborted) return;
      connection = current;
      unconfirmedBytes = 0;
      for (const ear of ears) attach(ear);
      // Its first answer says that all of them are heard from here on.
      const stopWatching = watch(current);
      try {
        const error = await current.closed();
        become({ connected: false, why: error === undefined ? 'The connection was closed.' : reasonOf(error) });
      } finally {
        stopWatching();
      }
    } finally {
      connection = undefined;
      await current.close();
    }
  };

  const run = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; !closing.signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const begun = performance.now();
      await live().catch((error: unknown) => become({ connected: false, why: reasonOf(error) }));
      if (performance.now() - begun > LONGEST_SILENCE_MS) pauseMs = FIRST_PAUSE_MS;
      // Half of it by chance: those who lost it together do not all come back in one moment.
      await pause(pauseMs * (0.5 + Math.random() / 2), closing.signal);
    }
  };

  const running = run();
  return {
    get status() {
      return status;
    },
    publish(subject, payload, headers) {
      if (connection === undefined || unconfirmedBytes > MOST_UNCONFIRMED_BYTES) return false;
      try {
        connection.publish(subject, payload, headers === undefined ? undefined : { headers });
      } catch {
        // It has just ended, or takes no message of this size: whoever asked is told so.
        return false;
      }
      unconfirmedBytes += payload.length;
      if (unconfirmedBytes > SOON_UNCONFIRMED_BYTES) pulse();
      return true;
    },
    listen(subject, heard, crew) {
      const ear: Ear = { subject, heard, crew, subscription: undefined };
      ears.add(ear);
      attach(ear);
      return () => {
        ears.delete(ear);
        ear.subscription?.unsubscribe();
      };
    },
    settled() {
      if (connection === undefined || !status.connected) return Promise.resolve();
      // Asked at the end of the turn, one answer is good for all who came in it.
      settling ??= endOfTurn().then(() => {
        settling = undefined;
        return Promise.race([connection?.flush().catch(() => undefined), pause(SETTLING_MS)]);
      });
      return settling;
    },
    async request(subject, payload, timeoutMs) {
      if (connection === undefined || !status.connected) return undefined;
      try {
        return await connection.request(subject, payload, { timeout: timeoutMs });
      } catch {
        // Nobody there, too late, too large, or gone meanwhile: whoever asks goes on without an answer.
        return undefined;
      }
    },
    async close() {
      closing.abort();
      if (status.connected) await Promise.race([connection?.flush().catch(() => undefined), pause(LEAVING_MS)]);
      await connection?.close();
      await running;
    },
  };
}

function reasonOf(error: unknown): string {
  const messages: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) messages.push(at.message);
  return messages.length === 0 ? String(error) : messages.join(': ');
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Ends early when `signal` says so; a pause without one does not keep the process alive. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    if (signal === undefined) timer.unref();
    signal?.addEventListener('abort', over);
  });
}
