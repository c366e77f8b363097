import type { RecordedEvent } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import type { HandOver, UnaryCaller } from '../engine.js';
import type { ExecutionId } from '../ids.js';

type Activation = Extract<HandOver, { type: 'activation' }>;

/** What is kept of histories that nobody has fetched yet; a fact counts with its data, and something for itself. */
const KEPT_BYTES = 32 * 1024 * 1024;
const FACT_BYTES = 200;

/** One who fetches the history of an execution. */
export interface HistoryCall extends UnaryCaller {
  readonly executionId: ExecutionId;
}

/**
 * Histories as they were when turns were claimed by polls. The first thing a worker does with a turn is to fetch its
 * history: it is handed what was in memory at that moment, once, as long as nothing was added to it since.
 */
export class GivenHistories {
  readonly #given = new LRUCache<string, readonly RecordedEvent[]>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (events) => events.reduce((sum, { data }) => sum + FACT_BYTES + data.length, FACT_BYTES),
  });

  /** A turn goes to a caller. */
  add(caller: UnaryCaller, { executionId, afterSequence, events, sequence }: Activation): void {
    if (afterSequence === 0 && events.length === sequence) this.#given.set(keyOf(caller, executionId), events);
  }

  /** What its caller fetches, if it is at hand and ends with fact number `sequence`. */
  take(call: HistoryCall, sequence: number | undefined): readonly RecordedEvent[] | undefined {
    const key = keyOf(call, call.executionId);
    const events = this.#given.get(key);
    this.#given.delete(key);
    return events?.length === sequence ? events : undefined;
  }
}

function keyOf({ orgId, peer }: UnaryCaller, executionId: ExecutionId): string {
  return `${orgId} ${peer} ${executionId}`;
}
