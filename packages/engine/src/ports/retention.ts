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
  /** Looks at all that is stored of an execution's stream. A walk over its entries, and of no use for another execution. */
  weigh(id: ExecutionId): Promise<Weighed>;
  /**
   * Removes the oldest output of an execution that was weighed: at least as much as `excess`, if there is so much, and at
   * most `limit` entries. Answers with how much that was.
   */
  trim(weighed: Weighed, excess: Weight, limit: number): Promise<Weight>;
}

export interface Expired {
  readonly removed: number;
  /** Whether the same call may find more now. */
  readonly more: boolean;
}

export interface Weighed {
  readonly id: ExecutionId;
  /** How many entries there are, and how many bytes their events have. */
  readonly weight: Weight;
  /** The number of the last one. */
  readonly last: number;
  /** The numbers of those that always stay, besides the last. What is written later is not removed anyhow. */
  readonly held: readonly number[];
}

export interface Weight {
  readonly entries: number;
  readonly bytes: number;
}
