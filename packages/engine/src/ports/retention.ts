import type { ExecutionId } from '../ids.js';

/**
 * Letting stored stream entries go. The numbers of what is gone are not given again: whoever reads over them finds a hole.
 *
 * Two entries always stay. The last one of an execution says how it ended and where its numbers go on when it is opened
 * again. The newest one of an attempt that still runs says up to where its worker was heard.
 */
export interface Retention {
  /**
   * Removes entries of executions that ended at `endedBy` or before, those that ended first first: at most `limit` entries.
   * An execution that was opened again has no end. May be called by several processes at once; one of them does something.
   *
   * Ends are passed once and in order: an end that is stored after one of a later instant was passed is not found. So
   * `endedBy` lies farther back than a commit takes.
   *
   * @param what - `output` leaves the state entries.
   */
  expire(what: 'all' | 'output', endedBy: number, limit: number): Promise<Expired>;
  /** How many entries of an execution are stored, and how many bytes their events have. A walk over all of them. */
  weigh(id: ExecutionId): Promise<Weight>;
  /** Removes the oldest output of an execution: at least as much as `excess`, if there is so much, and at most `limit` entries. */
  trim(id: ExecutionId, excess: Weight, limit: number): Promise<Weight>;
}

export interface Expired {
  readonly removed: number;
  /** Whether the same call may find more now. */
  readonly more: boolean;
}

export interface Weight {
  readonly entries: number;
  readonly bytes: number;
}
