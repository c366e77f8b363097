import type { StreamHead } from '@flovyn/engine';
import { type GapReason, parseCursor } from '@flovyn/events';
import type { Followed } from './followed.js';

/** Where replay begins, and what the reader has seen that is not so any more. */
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
 * A cursor of the newest numbering is good as far as the log goes. One of an older numbering is good as far as the log still
 * has entries of that numbering, which each of them names (ADR 0006): a crash of the database took what came behind, or
 * retention did. If the number is one that the log has given to something else, the reader has seen what was lost, and is
 * told so; if nothing is kept around it, the reader goes on behind the last that is sure, and is told by the hole in the log
 * itself, as everybody is.
 *
 * @throws {ServiceError} UNAVAILABLE when the log cannot be read.
 */
export async function resumeAfter(
  cursor: string | undefined,
  head: Pick<StreamHead, 'epoch' | 'seq'>,
  log: Pick<Followed, 'extent' | 'read' | 'placeOf'>,
): Promise<ResumePoint> {
  if (cursor === undefined) return { after: 0, gaps: [] };
  const known = parseCursor(cursor);
  // A number of nobody's numbering, such as another server's: the reader starts again, knowingly.
  if (known === undefined) return afterLoss(0, Math.max(1, head.seq));
  if (known.epoch === head.epoch) return known.seq <= head.seq ? goOn(known.seq) : afterLoss(head.seq, known.seq);
  const { last = 0 } = (await log.extent(known.epoch)) ?? {};
  if (known.seq <= last) return goOn(known.seq);
  const [next] = await log.read(last, 1);
  const isExpired = next !== undefined && known.seq < log.placeOf(next).seq;
  return isExpired ? goOn(last) : afterLoss(last, known.seq);
}

function goOn(after: number): ResumePoint {
  return { after, gaps: [] };
}

function afterLoss(after: number, seen: number): ResumePoint {
  return { after, gaps: [{ from: after + 1, to: seen, reason: 'epoch' }] };
}
