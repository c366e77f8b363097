import type { Cursor } from '@flovyn/events';

import type { StreamGap } from './live-stream-message.js';

/** The last number a reader has dealt with, or `anywhere` when it was given a cursor it cannot read. */
export type Position = Cursor | 'anywhere';

/** Before the first entry. No epoch is the empty text, so entry 1 of any epoch continues it. */
export const START: Cursor = { epoch: '', seq: 0 };

/** What an arrival is to a reader: the next thing, something it has had, or proof that something is missing. */
export type Verdict = 'next' | 'known' | 'hole';

/**
 * Judges an entry by its number. Numbers go up by one, also into a new epoch: what a crash took away is said by a gap.
 *
 * @param contiguous - false for a filtered stream, where a missing number means nothing.
 */
export function judgeEntry(position: Position, at: Cursor, contiguous: boolean): Verdict {
  if (position === 'anywhere' || at.seq === position.seq + 1) return 'next';
  if (at.seq <= position.seq) return at.epoch === position.epoch ? 'known' : 'hole';
  return contiguous ? 'hole' : 'next';
}

/** Judges a gap the same way. */
export function judgeGap(position: Position, gap: StreamGap, contiguous: boolean): Verdict {
  if (position === 'anywhere') return 'next';
  // It takes numbers back, so they are no higher than what was dealt with; and nothing came since it was said.
  if (gap.reason === 'epoch') return position.epoch === START.epoch && gap.from === position.seq + 1 ? 'known' : 'next';
  if (gap.to <= position.seq) return 'known';
  return contiguous && gap.from > position.seq + 1 ? 'hole' : 'next';
}

/** Where a reader stands after a gap. The numbers of a lost epoch are given again, so it stands before them. */
export function afterGap(position: Position, gap: StreamGap): Position {
  if (gap.reason === 'epoch') return { epoch: START.epoch, seq: gap.from - 1 };
  return { epoch: position === 'anywhere' ? START.epoch : position.epoch, seq: gap.to };
}

/** The gap that says a hole aloud, for a server that keeps showing it. */
export function gapOfHole(position: Cursor, at: number): StreamGap {
  return at > position.seq
    ? { kind: 'gap', from: position.seq + 1, to: at - 1, reason: 'missing' }
    : { kind: 'gap', from: at, to: position.seq, reason: 'epoch' };
}
