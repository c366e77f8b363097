/** How long a stream waits, and for what. */
export interface Patience {
  /** For the answer to a try, in milliseconds. Default 30,000: longer than a server waits for an execution that is about to exist. */
  readonly connectMs: number;
  /**
   * For the next byte of a connection, in milliseconds. Default 37,500, which is two and a half times the server's
   * keep-alive of 15 s: one may be late, two are missing.
   */
  readonly silenceMs: number;
  /** Whether a stream whose connection failed comes back: `always` (default), only `once-ready`, or `never`. */
  readonly reconnect: 'always' | 'once-ready' | 'never';
  /** For a connection that works, over all tries, in milliseconds. Default: without end. */
  readonly outageMs: number;
}

export const defaultPatience: Patience = {
  connectMs: 30_000,
  silenceMs: 37_500,
  reconnect: 'always',
  outageMs: Number.POSITIVE_INFINITY,
};
