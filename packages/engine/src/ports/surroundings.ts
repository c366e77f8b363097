import type { ExecutionId } from '../ids.js';
import type { ReadyWork } from './store.js';

/** What time it is. Durable instants follow the database's clock: an adapter corrects its own by the difference. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

/** Waiting. */
export interface Timer {
  /** Calls `run` once, `ms` milliseconds from now, and not while the caller runs. Returns how to prevent it. */
  after(ms: number, run: () => void): () => void;
}

/** New identifiers. */
export interface Ids {
  /** A time-ordered UUID (version 7), so that new rows stand beside each other. */
  executionId(): ExecutionId;
  /** A random text that nobody can guess. */
  token(): string;
  /** A new epoch's name: short, without dots, never used before. */
  epoch(): string;
}

/** What has become ready: a kind of work in a queue. */
export type Nudge = Pick<ReadyWork, 'orgId' | 'queue' | 'type' | 'kind'>;

/** Tells that work has become ready somewhere. May lose everything: a look at the store finds the work all the same. */
export interface WakeUps {
  nudge(work: Nudge): void;
  /** Returns how to stop listening. */
  onNudge(listener: (work: Nudge) => void): () => void;
}

/** What the engine has to say about itself that nobody asked for. */
export interface Reporter {
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}
