/** What a stream keeps fresh is asked for this often, in milliseconds, while that stream is away. */
export const REST_POLL_MS = 5_000;

/** The client has repeated what waiting cures; the rest is said at once, and stays said. */
export const RETRY = false;
