/** What a heartbeat needs of its session. */
export interface HeartbeatSession {
  readonly isConnected: boolean;
  readonly lastHeardMs: number | undefined;
  sendHeartbeat(): void;
}

/** Never more often than this, whatever the server asks for. */
const LEAST_MS = 50;

/**
 * Gives the server its signs of life. Goes on without a connection, so that what is missing is told; a new connection
 * begins a new interval.
 */
export class Heartbeat {
  readonly #session: HeartbeatSession;
  readonly #told: (failure: string | undefined) => void;
  #timer: NodeJS.Timeout | undefined;
  /** When a heartbeat was sent that the server has not answered. */
  #unansweredSince: number | undefined;

  constructor(session: HeartbeatSession, told: (failure: string | undefined) => void) {
    this.#session = session;
    this.#told = told;
  }

  /** @param heartbeatMs - how long the server may hear nothing. */
  start(heartbeatMs: number): void {
    this.stop();
    // Twice as often as asked for, so that a late timer is not a missed sign of life.
    const everyMs = Math.max(LEAST_MS, Math.floor(heartbeatMs / 2));
    this.#timer = setInterval(() => this.#told(this.beat(Date.now())), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#unansweredSince = undefined;
  }

  /** @returns what went wrong, if something did. */
  beat(now: number): string | undefined {
    const { isConnected, lastHeardMs = 0 } = this.#session;
    if (!isConnected) {
      this.#unansweredSince = undefined;
      return 'There is no connection';
    }
    const unansweredSince = this.#unansweredSince;
    const isUnanswered = unansweredSince !== undefined && lastHeardMs < unansweredSince;
    if (!isUnanswered) this.#unansweredSince = undefined;
    this.#session.sendHeartbeat();
    this.#unansweredSince ??= now;
    return isUnanswered ? 'The server did not answer the last heartbeat' : undefined;
  }
}
