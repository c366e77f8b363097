import type { ServiceError } from '@flovyn/protocol';
import type { ExecutionView } from './execution/view.js';
import type { Occurrence } from './occurrence.js';
import type { IdempotencyKey } from './ports/store.js';

/**
 * What one change decides: plain data. Everything else - the new state, history, news, rows, who gets the work - follows
 * from the occurrences.
 */
export interface Decision<Reply> {
  readonly occurrences: readonly Occurrence[];
  readonly answer: { readonly reply: Reply } | { readonly refusal: ServiceError };
  /** Claimed together with what the occurrences create. */
  readonly key?: IdempotencyKey;
  /** Ready work that turned out not to be ready: its row goes. */
  readonly stale?: string;
  /** The standalone task goes altogether. */
  readonly remove?: true;
}

/** Everything a decision may look at. */
export interface Circumstances {
  /** Absent when nothing with this id is stored. */
  readonly execution: ExecutionView | undefined;
  readonly now: number;
  /** What the idempotency key of the change stands for, when it stands for something. */
  readonly key: IdempotencyKey | undefined;
}

/** Pure and synchronous. A thrown `ServiceError` refuses the change and leaves everything as it was. */
export type Decide<Reply> = (circumstances: Circumstances) => Decision<Reply>;

export function decided<Reply>(reply: Reply, occurrences: readonly Occurrence[] = []): Decision<Reply> {
  return { occurrences, answer: { reply } };
}
