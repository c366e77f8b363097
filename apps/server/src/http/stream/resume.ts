import type { StreamHead } from '@flovyn/engine';
import { type GapReason, parseCursor } from '@flovyn/events';
import type { Followed } from './followed.js';

/** Where replay begins, and what the reader can no longer have. */
export interface ResumePoint {
  /** The number after which replay begins. */
  readonly after: number;
  readonly gaps: readonly Gap[];
}

/** Numbers that were asked for and are not there any more, both ends included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly reason: GapReason;
}

/**
 * Where a reader goes on whose last entry was `cursor` (nothing for a new reader).
 *
 * A numbering is replaced only when the database may have lost the end of a log, and only numbers above `epochBase` can
 * be meant anew since then. So a cursor of an older numbering at or below it still says the same, and one above it has
 * seen entries that are gone.
 */
export function resumeAfter(cursor: string | undefined, head: StreamHead): ResumePoint {
  if (cursor === undefined) return withoutExpired(0, head);
  const { epoch, seq } = parseCursor(cursor) ?? { epoch: undefined, seq: undefined };
  if (epoch === undefined || seq === undefined) {
    // A number of nobody's numbering, such as another server's: the reader starts again, knowingly.
    return withGap({ from: 1, to: Math.max(1, head.seq), reason: 'epoch' }, withoutExpired(0, head));
  }
  const known = epoch === head.epoch ? head.seq : Math.min(head.epochBase, head.seq);
  if (seq <= known) return withoutExpired(seq, head);
  return withGap({ from: known + 1, to: seq, reason: 'epoch' }, withoutExpired(known, head));
}

/**
 * The same, also for a cursor from before the last numbering but one: the newest base says nothing about the losses before
 * it, but the log shows how much of the cursor's own numbering is left. A numbering never goes as a whole: its first entry
 * is stored with a change of state.
 */
export async function resumeFrom(
  cursor: string | undefined,
  head: StreamHead,
  log: Pick<Followed, 'extent'>,
): Promise<ResumePoint> {
  const older = cursor === undefined ? undefined : parseCursor(cursor);
  if (older === undefined || older.epoch === head.epoch) return resumeAfter(cursor, head);
  const own = await log.extent(older.epoch);
  const epochBase = own === undefined ? 0 : older.seq < own.first ? older.seq : own.last;
  return resumeAfter(cursor, { ...head, epochBase });
}

/** Retention may have taken the entries that would be next. */
function withoutExpired(after: number, head: StreamHead): ResumePoint {
  if (after + 1 >= head.first) return { after, gaps: [] };
  return { after: head.first - 1, gaps: [{ from: after + 1, to: head.first - 1, reason: 'expired' }] };
}

function withGap(gap: Gap, { after, gaps }: ResumePoint): ResumePoint {
  return { after, gaps: [gap, ...gaps] };
}
