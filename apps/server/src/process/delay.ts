/** The longest delay `setTimeout` knows; it makes a longer one fire after a millisecond. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls back after a delay of any length, also infinite. The only door to `setTimeout` for delays that come from data.
 *
 * @returns how to stop it.
 */
export function callLater(delayMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (restMs: number): void => {
    timer =
      restMs <= LONGEST_MS
        ? setTimeout(callback, Math.max(0, restMs))
        : setTimeout(() => wait(restMs - LONGEST_MS), LONGEST_MS);
  };
  wait(Number.isNaN(delayMs) ? 0 : delayMs);
  return () => clearTimeout(timer);
}
