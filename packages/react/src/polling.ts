/** Lists are asked for this often while the page is visible: a person who waits for a row does not wait longer. */
export const LIST_POLL_MS = 2_000;

/** A detail whose stream is away is asked for this often. */
export const REST_POLL_MS = 5_000;
