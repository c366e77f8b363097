import type { QueryAnswer, QueryRequest } from '../engine.js';
import type { ExecutionId, OrgId, SessionId } from '../ids.js';
import type { StreamEntry } from './store.js';

/**
 * The other processes on the same store. What is said to them may be lost, come late, twice or in another order: it is a
 * copy of what the store has, or a hint to look there. So nothing here ever waits for them, but a question.
 */
export interface Neighbours {
  /** Shows them what a commit of this process wrote; nothing when they have to read it in the store. */
  publish(topic: Topic, entries: readonly StreamEntry[]): void;
  /** Calls `listener` with what a commit of theirs wrote; with nothing when only the store has it. Returns how to stop. */
  follow(topic: Topic, listener: (entries: readonly StreamEntry[]) => void): () => void;
  /** Resolves when everything that is followed here so far is known to them; at once where nobody can be heard. */
  settled(): Promise<void>;
  /** A claim has ended here whose holder is one of theirs, if it is anybody's. */
  claimEnded(holder: SessionId, token: string): void;
  /** Whoever holds claims under this id is here from now on. Returns how to say that it is not any more. */
  host(holder: SessionId, guest: Guest): () => void;
  /** Asks a worker of theirs. `undefined` when there is none of that description, or it cannot be asked. */
  ask(whom: Asked, question: QueryRequest): Promise<QueryAnswer | undefined>;
}

/** What can be followed: one execution, a root with all its descendants, or what lists show of an organisation. */
export type Topic =
  | { readonly of: 'execution' | 'family'; readonly id: ExecutionId }
  | { readonly of: 'organisation'; readonly id: OrgId };

/** Somebody to be asked: the worker of one session, or any that can run this code. */
export type Asked =
  | { readonly holder: SessionId }
  | { readonly orgId: OrgId; readonly queue: string; readonly kind: string };

/** What others may want of somebody who is here. */
export interface Guest {
  /** The workflow code it can run; absent for one that is never asked. */
  readonly runs?: { readonly orgId: OrgId; readonly queue: string; readonly kinds: ReadonlySet<string> } | undefined;
  /** One of its claims has ended elsewhere, it is said. */
  claimEnded(token: string): void;
  /** `undefined` when it cannot be asked. */
  asked(question: QueryRequest): Promise<QueryAnswer | undefined>;
}

/** For a process that has its store for itself. */
export const noNeighbours: Neighbours = {
  publish: () => undefined,
  follow: () => () => undefined,
  settled: () => Promise.resolve(),
  claimEnded: () => undefined,
  host: () => () => undefined,
  ask: () => Promise.resolve(undefined),
};
