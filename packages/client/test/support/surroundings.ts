import type { Surroundings } from '../../src/surroundings.js';

interface Timer {
  readonly at: number;
  readonly then: () => void;
}

/** Time that stands still until it is moved. */
export class ManualTime implements Surroundings {
  #now = 1_700_000_000_000;
  #timers = new Set<Timer>();
  luck = 0.5;

  readonly now = () => this.#now;
  readonly chance = () => this.luck;
  readonly after = (delayMs: number, then: () => void) => {
    const timer = { at: this.#now + delayMs, then };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** How many things wait for their time. */
  get pending(): number {
    return this.#timers.size;
  }

  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (;;) {
      const [first] = [...this.#timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (first === undefined) break;
      this.#timers.delete(first);
      this.#now = Math.max(this.#now, first.at);
      first.then();
    }
    this.#now = until;
  }
}

/** For a real network: delays between tries are recorded and cost nothing, and limits of patience are never reached. */
export class Impatience implements Surroundings {
  readonly delaysMs: number[] = [];
  readonly now: () => number;

  constructor(now = () => Date.now()) {
    this.now = now;
  }

  readonly chance = () => 0.5;
  readonly after = (delayMs: number, then: () => void) => {
    if (delayMs >= 30_000) return () => undefined;
    this.delaysMs.push(delayMs);
    const timer = setImmediate(then);
    return () => clearImmediate(timer);
  };
}
