import type { StreamEntry } from '@flovyn/engine';

/** What a look at as many numbers as entries are wanted has found. */
export interface Window {
  readonly entries: readonly StreamEntry[];
  /** The number of the first entry behind them, if there is one. */
  readonly next: number | undefined;
}

/** The next `limit` entries: where numbers have holes, one look finds fewer, and another one goes on behind it. */
export async function readPage(
  after: number,
  limit: number,
  look: (after: number, limit: number) => Promise<Window>,
): Promise<readonly StreamEntry[]> {
  let { entries, next } = await look(after, limit);
  while (next !== undefined && entries.length < limit) {
    const more = await look(next - 1, limit - entries.length);
    entries = [...entries, ...more.entries];
    next = more.next;
  }
  return entries;
}
