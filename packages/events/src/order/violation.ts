import type { ExecutionId } from '../ids.js';

/** Which promise about order was broken. */
export type OrderRule =
  /** Numbers of one epoch follow each other without holes or repeats. */
  | 'seq'
  /** An epoch that was left does not come back. */
  | 'epoch'
  /** A stream begins with the creation of what it is about. */
  | 'first'
  /** What the event is about was not in a state in which this can happen. */
  | 'lifecycle'
  /** Attempts are numbered one by one. */
  | 'attempt'
  /** Output lies inside the attempt that made it. */
  | 'output'
  /** Nothing but a retry follows the end. */
  | 'terminal'
  /** The event does not belong into this stream. */
  | 'subject';

/** One entry that must not stand where it stands. */
export interface Violation {
  /** The promise that was broken. */
  readonly rule: OrderRule;
  /** What is wrong, for people. */
  readonly message: string;
  /** Whose entry it is. */
  readonly executionId: ExecutionId;
  /** The numbering it belongs to. */
  readonly epoch: string;
  /** Its number. */
  readonly seq: number;
  /** The name of the entry's event, or its type. */
  readonly event: string;
  /** The earlier entry it does not fit to. */
  readonly after?: { readonly seq: number; readonly event: string } | undefined;
}
