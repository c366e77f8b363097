import type { ErrorCode } from '@flovyn/protocol';
import type { StreamEntry } from './store.js';

/**
 * Counts what the engine does, for those who operate it. It is called for every batch, so an adapter adds to numbers and
 * does nothing else; and it must not throw. It is told only of what is stored, and nothing that a user wrote.
 */
export interface Meter {
  /** A batch goes to the store. Exactly one method of the answer is called. */
  storing(): StoringMeter;
  /** A change was carried out; also one that had nothing to write. */
  carriedOut(): void;
  /** A change was refused. */
  refused(code: ErrorCode): void;
  /** Output of a task came after the end of its attempt and was passed over. */
  late(entries: number): void;
  /** Stored stream entries were let go: their time was over, or their execution had too many. */
  removed(why: 'expired' | 'overfull', entries: number): void;
}

/** One batch on its way to the store. */
export interface StoringMeter {
  stored(batch: StoredBatch): void;
  /** `conflict`: others came first; `lost`: the database was out of reach. Its changes are decided again, or refused. */
  failed(why: 'conflict' | 'lost' | 'fault'): void;
}

/** What is counted of a batch. */
export interface StoredBatch {
  /** The changes that were decided together, refused ones included. */
  readonly changes: number;
  readonly milestones: readonly Milestone[];
  /** What time brought. */
  readonly fired: readonly Fired[];
  readonly entries: readonly Pick<StreamEntry, 'kind'>[];
}

/** A word of ours for something worth counting. */
export type Milestone =
  | 'workflow started'
  | 'workflow completed'
  | 'workflow failed'
  | 'workflow cancelled'
  | 'workflow reopened'
  | 'turn given to session'
  | 'turn given to poll'
  | 'turn released'
  | 'task created'
  | 'task completed'
  | 'task failed'
  | 'task cancelled'
  | 'task reopened'
  | 'task given to session'
  | 'task given to poll'
  | 'attempt completed'
  | 'attempt failed'
  | 'attempt timed out'
  | 'attempt cancelled'
  /** Its worker was silent for too long. */
  | 'attempt lost'
  /** Handed back, or never arrived: made again. */
  | 'attempt released'
  | 'signal received'
  | 'promise created'
  | 'promise resolved'
  | 'promise rejected'
  | 'promise timed out';

/** Something became due and was carried out. */
export interface Fired {
  /** A workflow's timer, the time of a promise, the delay of a task, or the time a task may take. */
  readonly type: 'timer' | 'promise' | 'delay' | 'deadline';
  /** How long after its instant that was decided. */
  readonly lateMs: number;
}
