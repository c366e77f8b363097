import { LRUCache } from 'lru-cache';
import type { TaskId } from '../ids.js';
import type { Clock, Timer } from '../ports/surroundings.js';

/** Stream calls that are still on the way when their task's completion arrives come within this time after the last one. */
const QUIET_MS = 25;
/** The completion waits no longer than this. */
const AT_MOST_MS = 100;
/** How often it is looked whether it has become quiet. */
const LOOK_MS = 5;

interface Streaming {
  underWay: number;
  lastAt: number;
}

/** More tasks than stream at a time in one process. */
const MOST = 50_000;

/**
 * Workers that make single calls send a task's output and its end without waiting for each other's answers, so the end may
 * overtake the last words. The end of an attempt that has streamed therefore waits until it has become quiet. (Reliability
 * R18: nothing of an attempt is written after its end.)
 */
export class LateOutput {
  readonly #streaming = new LRUCache<TaskId, Streaming>({ maxSize: MOST, sizeCalculation: () => 1 });
  /** Tasks of which late output has been seen. */
  readonly #late = new LRUCache<TaskId, true>({ maxSize: MOST, sizeCalculation: () => 1 });
  readonly #clock: Clock;
  readonly #timer: Timer;

  constructor(clock: Clock, timer: Timer) {
    this.#clock = clock;
    this.#timer = timer;
  }

  /** Runs one stream call of a task. */
  async stream<Result>(taskId: TaskId, call: () => Promise<Result>): Promise<Result> {
    const own = this.#streaming.get(taskId) ?? { underWay: 0, lastAt: 0 };
    this.#streaming.set(taskId, own);
    own.underWay += 1;
    try {
      return await call();
    } finally {
      own.underWay -= 1;
      own.lastAt = this.#clock.now();
    }
  }

  /** Resolves when the task has been quiet for long enough; at once when it has not streamed. */
  async quiet(taskId: TaskId): Promise<void> {
    const own = this.#streaming.get(taskId);
    if (own === undefined) return;
    const until = this.#clock.now() + AT_MOST_MS;
    for (let now = this.#clock.now(); now < until; now = this.#clock.now()) {
      if (own.underWay === 0 && now - own.lastAt >= QUIET_MS) break;
      await new Promise<void>((resolve) => this.#timer.after(LOOK_MS, resolve));
    }
  }

  /** The attempt is over: what comes now is late. */
  ended(taskId: TaskId): void {
    this.#streaming.delete(taskId);
  }

  /** Output came too late all the same. True when it is the first of its task. */
  came(taskId: TaskId): boolean {
    const isFirst = !this.#late.has(taskId);
    if (isFirst) this.#late.set(taskId, true);
    return isFirst;
  }
}
