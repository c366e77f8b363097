import type { Loop } from '../engine.js';
import type { ExecutionId } from '../ids.js';
import type { Meter } from '../ports/meter.js';
import type { Store, StreamEntry } from '../ports/store.js';
import type { Clock, Reporter } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import { StreamGrowth } from './stream-growth.js';

/** How long stored stream entries are kept. */
export interface RetentionTimes {
  /** After the end of their execution, in milliseconds. Longer than a commit takes, or entries of an end may stay. */
  readonly streamMs: number;
  /** The same for output, which may go earlier than news. Not longer than `streamMs`. */
  readonly outputMs: number;
}

/** What of the stream of one execution is kept while it is open. */
export interface RetentionLimits {
  readonly entries: number;
  readonly bytes: number;
}

export interface RetentionParts {
  readonly store: Pick<Store, 'retention'>;
  readonly clock: Clock;
  readonly meter: Pick<Meter, 'removed'>;
  readonly reporter: Reporter;
  readonly times: RetentionTimes;
  readonly limits: RetentionLimits;
}

/** Most entries that go in one transaction: some 30 ms of one connection, which no commit waits for. */
const AT_A_TIME = 5_000;
/** Between two transactions, so that others come to the disk too. */
const PAUSE_MS = 50;
/** Half a minute late is early enough for what is kept for days. */
const LOOK_EVERY_MS = 30_000;

/**
 * Lets stream entries go: those of executions that ended long ago, and the oldest output of those that said too much.
 *
 * One tick removes at most a few thousand entries and asks to be called again soon while there is more.
 */
export class RetentionLoop implements Loop {
  readonly #parts: RetentionParts;
  readonly #alarm = new Alarm();
  readonly #growth: StreamGrowth;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#growth = new StreamGrowth(parts.limits);
  }

  onWake(wake: () => void): () => void {
    return this.#alarm.onWake(wake);
  }

  /** These were committed. */
  written(entries: readonly StreamEntry[]): void {
    if (this.#growth.add(entries)) this.#alarm.ring();
  }

  async tick(): Promise<number> {
    const grown = this.#growth.next();
    if (grown !== undefined) {
      await this.#trim(grown);
      return PAUSE_MS;
    }
    const { streamMs, outputMs } = this.#parts.times;
    const isOutputFirst = outputMs < streamMs;
    const hasMoreOutput = isOutputFirst && (await this.#expire('output', outputMs));
    const hasMore = await this.#expire('all', streamMs);
    return hasMoreOutput || hasMore ? PAUSE_MS : LOOK_EVERY_MS;
  }

  async #expire(what: 'all' | 'output', keptMs: number): Promise<boolean> {
    const { store, clock, meter } = this.#parts;
    const { removed, more } = await store.retention.expire(what, clock.now() - keptMs, AT_A_TIME);
    meter.removed('expired', removed);
    return more;
  }

  /** Removes one piece of what is too much. An execution of which more is too much is looked at again. */
  async #trim(id: ExecutionId): Promise<void> {
    const { store, meter, reporter, limits } = this.#parts;
    const { entries, bytes } = await store.retention.weigh(id);
    const excess = { entries: Math.max(0, entries - limits.entries), bytes: Math.max(0, bytes - limits.bytes) };
    if (excess.entries === 0 && excess.bytes === 0) return this.#growth.seen(id);
    const trimmed = await store.retention.trim(id, excess, AT_A_TIME);
    meter.removed('overfull', trimmed.entries);
    if (trimmed.entries === AT_A_TIME) return;
    this.#growth.seen(id);
    reporter.warn('The stream of an execution is full: its oldest output was let go', {
      executionId: id,
      kept: entries - trimmed.entries,
    });
  }
}
