/**
 * How a worker stands with the server. One session carries everything, so two words of a polling worker have the nearest
 * meaning here; where the server knows no sessions, each answer to a poll or a heartbeat is a word of it.
 */
export interface ConnectionInfo {
  /** Whether there is a session at this moment. */
  readonly connected: boolean;
  /** When the server was last given a sign of life: any frame is one. */
  readonly lastHeartbeat?: Date;
  /** When the server was last heard, and with it the way by which work comes. */
  readonly lastPoll?: Date;
  /** Heartbeats in a row that could not be sent, or were not answered. */
  readonly heartbeatFailures: number;
  /** Attempts in a row to connect that failed. */
  readonly pollFailures: number;
  /** The attempt under way, or waited for, while there is no connection; counted from 0 per loss. */
  readonly reconnectAttempt?: number;
}

/** Remembers how the connection fared. */
export class ConnectionWatch {
  #heartbeatFailures = 0;
  #pollFailures = 0;
  #reconnectAttempt: number | undefined;

  connected(): void {
    this.#heartbeatFailures = 0;
    this.#pollFailures = 0;
    this.#reconnectAttempt = undefined;
  }

  disconnected(): void {
    this.#reconnectAttempt = 0;
  }

  reconnecting(attempt: number): void {
    this.#reconnectAttempt = attempt;
  }

  attemptFailed(): void {
    this.#pollFailures += 1;
  }

  heartbeatSent(): void {
    this.#heartbeatFailures = 0;
  }

  /** @returns how many failed in a row. */
  heartbeatFailed(): number {
    this.#heartbeatFailures += 1;
    return this.#heartbeatFailures;
  }

  stopped(): void {
    this.#reconnectAttempt = undefined;
  }

  info(session: {
    readonly isConnected: boolean;
    readonly lastWriteMs: number | undefined;
    readonly lastHeardMs: number | undefined;
  }): ConnectionInfo {
    const { isConnected, lastWriteMs, lastHeardMs } = session;
    return {
      connected: isConnected,
      ...(lastWriteMs === undefined ? {} : { lastHeartbeat: new Date(lastWriteMs) }),
      ...(lastHeardMs === undefined ? {} : { lastPoll: new Date(lastHeardMs) }),
      heartbeatFailures: this.#heartbeatFailures,
      pollFailures: this.#pollFailures,
      ...(this.#reconnectAttempt === undefined ? {} : { reconnectAttempt: this.#reconnectAttempt }),
    };
  }
}
