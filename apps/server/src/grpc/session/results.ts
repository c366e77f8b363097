import type { Engine, ExecutionId, OrgId, Queries, Started, StreamEntry, WorkflowState } from '@flovyn/engine';
import { type ErrorCode, type Json, ServiceError } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import type { Doubts } from '../../process/doubts.js';

/** How an execution ended, or why that cannot be told. */
export type Result =
  | { readonly status: 'COMPLETED'; readonly output: Json }
  | { readonly status: 'FAILED' | 'CANCELLED'; readonly error: string }
  | { readonly status: 'UNKNOWN'; readonly code: ErrorCode };

/** What is remembered of executions that began here: whether they go on, or how they ended. */
const REMEMBERED = 20_000;
const REMEMBERED_BYTES = 64 * 1_024 * 1_024;
/** 1 s: how long an execution that began here is only listened to, before a look makes sure. */
const LOOK_ANYWAY_MS = 1_000;

/** 1 s: how long a database that is away is left alone. */
const LOOK_AGAIN_MS = 1_000;

/** Tells the ends of executions to those who wait for them. */
export interface Results {
  /**
   * Calls `tell` once, when the execution has ended; at once when it has ended already. Returns how to stop waiting.
   *
   * @param begun - the start of the execution, when it is still under way: before, it is not there to be looked for.
   */
  await(orgId: OrgId, id: ExecutionId, begun: Promise<Started> | undefined, tell: (result: Result) => void): () => void;
  /** An execution has begun by way of this server: until its end is told, nobody need look for it. */
  began(orgId: OrgId, id: ExecutionId): void;
  /** Tells an end that is known from elsewhere, which spares a look at the database. Only after it is durable. */
  known(orgId: OrgId, id: ExecutionId, result: Result): void;
}

/** @param isAlone - whether every end comes about in this process: what has begun here and not ended goes on then. */
export function createResults(
  streams: Engine['streams'],
  queries: Pick<Queries, 'workflow'>,
  doubts: Doubts,
  isAlone: boolean,
): Results {
  const waiting = new Map<string, Set<(result: Result) => void>>();
  const remembered = new LRUCache<string, Result | 'going on'>({
    maxSize: REMEMBERED_BYTES,
    sizeCalculation: (result) =>
      Math.ceil(REMEMBERED_BYTES / REMEMBERED) +
      (typeof result === 'object' && 'output' in result ? result.output.length : 0),
  });
  const keyOf = (orgId: OrgId, id: ExecutionId): string => `${orgId} ${id}`;

  return {
    began(orgId, id) {
      if (isAlone) remembered.set(keyOf(orgId, id), 'going on');
    },
    known(orgId, id, result) {
      const key = keyOf(orgId, id);
      const settles = waiting.get(key);
      if (settles === undefined) {
        if (remembered.has(key)) remembered.set(key, result);
        return;
      }
      // Who asked for it has it now: hardly anybody asks twice, and the database knows.
      remembered.delete(key);
      for (const settle of settles) settle(result);
    },
    await(orgId, id, begun, tell) {
      const key = keyOf(orgId, id);
      let isOver = false;
      let lookAnyway: NodeJS.Timeout | undefined;

      const settle = (result: Result): void => {
        if (isOver) return;
        stop();
        tell(result);
      };
      const stop = (): void => {
        isOver = true;
        stopListening();
        stopDoubting();
        clearTimeout(lookAnyway);
        const others = waiting.get(key);
        others?.delete(settle);
        if (others?.size === 0) waiting.delete(key);
      };
      const look = async (): Promise<void> => {
        if (isOver) return;
        try {
          const record = await queries.workflow(orgId, id);
          const result = record === undefined ? NOT_FOUND : resultOf(record.workflow);
          if (result !== undefined) settle(result);
        } catch (error: unknown) {
          const { code, retryable } = ServiceError.from(error);
          if (retryable) setTimeout(() => void look(), LOOK_AGAIN_MS).unref();
          else settle({ status: 'UNKNOWN', code });
        }
      };
      const onCommit = (entries: readonly StreamEntry[]): void => {
        // The end's own bearer is told of it right after this, and mostly brings it along.
        // What only the log has may be the end, too.
        if (entries.length === 0 || entries.at(-1)?.terminal === true)
          setImmediate(() => setImmediate(() => void look()));
      };

      const stopListening = streams.subscribe(id, onCommit);
      const stopDoubting = doubts.subscribe(() => void look());
      const others = waiting.get(key) ?? new Set();
      waiting.set(key, others.add(settle));
      const known = remembered.get(key);
      if (typeof known === 'object') setImmediate(settle, known);
      // What began here is listened to from before its end: no need to look, unless nothing is heard for long.
      else if (known === 'going on') lookAnyway = setTimeout(() => void look(), LOOK_ANYWAY_MS).unref();
      else if (begun === undefined) void streams.settled().then(look);
      else void begun.then(({ created }) => (created ? undefined : look()), look);
      return stop;
    },
  };
}

const NOT_FOUND: Result = { status: 'UNKNOWN', code: 'NOT_FOUND' };

/** How an execution has ended, if it has. */
export function resultOf(workflow: WorkflowState): Result | undefined {
  switch (workflow.status) {
    case 'COMPLETED':
      return { status: 'COMPLETED', output: workflow.output };
    case 'FAILED':
      return { status: 'FAILED', error: workflow.error };
    case 'CANCELLED':
      return { status: 'CANCELLED', error: workflow.reason };
    case 'PENDING':
    case 'RUNNING':
    case 'WAITING':
      return undefined;
  }
}
