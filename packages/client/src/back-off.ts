/** Half a second: a server that restarts is missed by hardly anybody. */
export const BASE_DELAY_MS = 500;

/** Half a minute: long enough to spare a server in trouble, short enough for somebody who is looking. */
export const MAX_DELAY_MS = 30_000;

/**
 * How long to wait before trying again: exponential with full jitter, so that many readers cut off by the same event do
 * not come back together.
 *
 * @param failures - failed tries in a row so far, from 1.
 * @param chance - from 0 up to 1.
 * @returns milliseconds, from 0 up to 500 after the first failure, up to 30,000 after the seventh.
 */
export function backOffMs(failures: number, chance: number): number {
  return chance * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (failures - 1));
}

/** Five minutes. What a server asks for beyond it is cut: a wrong header must not silence a reader for a day. */
export const MAX_ASKED_DELAY_MS = 300_000;

/**
 * How long to wait when the server named a time. It gets a little jitter on top, since everybody was told the same.
 *
 * @param askedMs - milliseconds from `Retry-After`.
 */
export function askedDelayMs(askedMs: number, chance: number): number {
  return Math.min(askedMs, MAX_ASKED_DELAY_MS) + chance * BASE_DELAY_MS;
}
