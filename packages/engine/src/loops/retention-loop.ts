import type { Loop } from '../engine.js';
import type { ExecutionId } from '../ids.js';
import type { Meter } from '../ports/meter.js';
import type { Store, StreamEntry } from '../ports/store.js';
import type { Clock, Reporter } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import { FullStreams } from './full-streams.js';
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
/** Most transactions for one stream in one tick: more than its growth between two weighings takes. */
const STEPS = 20;
/** Between two ticks, so that others come to the disk too. */
const PAUSE_MS = 50;
/** Half a minute late is early enough for what is kept for days. */
const LOOK_EVERY_MS = 30_000;

/**
 * Lets stream entries go: those of executions that ended long ago, and the oldest output of those that said too much.
 *
 * One tick sees to one full stream, or removes a few thousand entries, and asks to be called again soon while there is more.
 */
export class RetentionLoop implements Loop {
  readonly #parts: RetentionParts;
  readonly #alarm = new Alarm();
  readonly #full = new FullStreams();
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

  /** Removes what is too much of a stream. What is left after so many steps is looked at in the next tick. */
  async #trim(id: ExecutionId): Promise<void> {
    const { store, clock, meter, reporter, limits } = this.#parts;
    const weighed = await store.retention.weigh(id);
    let { entries, bytes } = weighed.weight;
    for (let step = 0; step < STEPS; step += 1) {
      const excess = { entries: Math.max(0, entries - limits.entries), bytes: Math.max(0, bytes - limits.bytes) };
      const trimmed =
        excess.entries === 0 && excess.bytes === 0
          ? { entries: 0, bytes: 0 }
          : await store.retention.trim(weighed, excess, AT_A_TIME);
      meter.removed('overfull', trimmed.entries);
      entries -= trimmed.entries;
      bytes -= trimmed.bytes;
      if (trimmed.entries === AT_A_TIME) continue;
      this.#growth.seen(id);
      break;
    }
    const letGo = weighed.weight.entries - entries;
    const removed = letGo === 0 ? 0 : this.#full.add(id, letGo, clock.now());
    if (removed === 0) return;
    reporter.warn('The stream of an execution is full: its oldest output was let go', { executionId: id, removed });
  }
}
