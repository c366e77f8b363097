/** 250 ms: what only needs another try has it in a moment. */
const FIRST_MS = 250;
/** Half a minute: long enough to spare a server in trouble, short enough for whoever has just mended it. */
const LONGEST_MS = 30_000;

/**
 * How long to rest after something failed: doubled each time, up to a bound, and a random part of the second half taken
 * off, so that what failed together does not come back together.
 *
 * @param failures - in a row so far, from 1.
 * @param chance - from 0 up to 1.
 * @returns whole milliseconds: 125 to 250 after the first failure, 15,000 to 30,000 after the eighth and all that follow.
 */
export function restMs(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.round(longest * (0.5 + chance / 2));
}

/** Counts what fails in a row, by name. What has not failed for twice the longest rest begins anew. */
export class FailureStreaks {
  /** The one that failed last stands last. */
  readonly #streaks = new Map<string, { readonly failures: number; readonly at: number }>();

  /** @returns how often `name` has failed in a row, this time included. */
  failed(name: string, now = Date.now()): number {
    for (const [old, { at }] of this.#streaks) {
      if (now - at <= 2 * LONGEST_MS) break;
      this.#streaks.delete(old);
    }
    const failures = (this.#streaks.get(name)?.failures ?? 0) + 1;
    this.#streaks.delete(name);
    this.#streaks.set(name, { failures, at: now });
    return failures;
  }
}
