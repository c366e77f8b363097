import type { ExecutionId } from '../ids.js';

/** A minute: one that writes on without end is told of often enough to be found, and does not fill a log. */
const TELL_EVERY_MS = 60_000;
/** Most executions remembered. Of more, those that were told of longest ago are told of again. */
const MOST = 10_000;

/** Which executions have been told of as having a full stream, so that nobody is told at every batch that is let go. */
export class FullStreams {
  readonly #told = new Map<ExecutionId, { readonly atMs: number; untold: number }>();

  /** Counts entries that were let go. Answers how many to tell of now, those not told of before among them; 0 to say nothing. */
  add(id: ExecutionId, removed: number, nowMs: number): number {
    const told = this.#told.get(id);
    if (told !== undefined && nowMs - told.atMs < TELL_EVERY_MS) {
      told.untold += removed;
      return 0;
    }
    this.#told.delete(id);
    this.#told.set(id, { atMs: nowMs, untold: 0 });
    for (const [longestAgo] of this.#told) {
      if (this.#told.size <= MOST) break;
      this.#told.delete(longestAgo);
    }
    return removed + (told?.untold ?? 0);
  }
}
