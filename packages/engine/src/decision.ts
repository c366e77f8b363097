import type { ServiceError } from '@flovyn/protocol';
import type { Change } from './change.js';
import type { ExecutionView } from './execution/view.js';
import type { ExecutionId, TaskId } from './ids.js';
import type { Occurrence } from './occurrence.js';
import type { IdempotencyKey, TimerRef } from './ports/store.js';

/** What a caller hears. */
export type Answer<Reply> = { readonly reply: Reply } | { readonly refusal: ServiceError };

/**
 * What one change decides: plain data. Everything else - the new state, history, news, rows, who gets the work, what other
 * executions hear of it - follows from the occurrences.
 */
export type Decision<Reply> = OwnDecision<Reply> | { readonly instead: Change<Reply> };

export interface OwnDecision<Reply> {
  readonly occurrences: readonly Occurrence[];
  /** `after` makes the reply from what the execution is once the occurrences have happened. */
  readonly answer: Answer<Reply> | { readonly after: (execution: ExecutionView) => Reply };
  /** Claimed together with what the occurrences create. */
  readonly keys?: readonly IdempotencyKey[];
  /** Ready work that turned out not to be ready: its row goes. */
  readonly stale?: string;
  /** The same for something due. */
  readonly staleTimer?: TimerRef;
  /** The standalone task goes altogether. */
  readonly remove?: true;
}

/** Everything a decision may look at. */
export interface Circumstances {
  /** Absent when nothing with this id is stored. */
  readonly execution: ExecutionView | undefined;
  readonly now: number;
  /** What an idempotency key that the change asked for stands for, when it stands for something. */
  key(name: string): IdempotencyKey | undefined;
  /**
   * Another execution of the organisation. With `fresh`, one that probably does not exist: it is looked for only when that
   * turned out to be wrong.
   */
  other(id: ExecutionId, fresh?: boolean): ExecutionView | undefined;
  /**
   * Asks to be decided again on what is stored at this moment, others included, for what rests on more than the execution
   * itself: what is kept in memory may be older than what another process has done. Returns when it is decided so already.
   */
  reread(): void;
  /** Whether a task of this id belongs to another execution; known only once the id has turned out to be taken. */
  takenElsewhere(taskId: TaskId): boolean;
}

/**
 * Pure and synchronous. A thrown `ServiceError` refuses the change and leaves everything as it was; `instead` hands it on
 * to another execution, in the same moment.
 */
export type Decide<Reply> = (circumstances: Circumstances) => Decision<Reply>;

export function decided<Reply>(reply: Reply, occurrences: readonly Occurrence[] = []): OwnDecision<Reply> {
  return { occurrences, answer: { reply } };
}

/** The reply depends on what the occurrences lead to. */
export function decidedAfter<Reply>(
  occurrences: readonly Occurrence[],
  after: (execution: ExecutionView) => Reply,
): OwnDecision<Reply> {
  return { occurrences, answer: { after } };
}
