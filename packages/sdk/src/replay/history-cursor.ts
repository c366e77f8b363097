import type { Fact } from './fact.js';

/** Walks the facts that are delivered to the code, one at a time, never backwards. */
export class HistoryCursor {
  #ahead: Fact[] = [];
  #next = 0;
  #current = 0;
  #playedUntil = 0;

  push(fact: Fact): void {
    this.#ahead.push(fact);
  }

  /** The next fact to deliver; `undefined` when the code has seen all there are. */
  next(): Fact | undefined {
    const fact = this.#ahead[this.#next];
    if (fact === undefined) {
      this.#ahead = [];
      this.#next = 0;
      return undefined;
    }
    this.#next += 1;
    this.#current = fact.sequence;
    return fact;
  }

  /** The fact that `next` would give. */
  peek(): Fact | undefined {
    return this.#ahead[this.#next];
  }

  /** Somebody played the code at least this far before. */
  playedUntil(sequence: number): void {
    this.#playedUntil = sequence;
  }

  /** True while the code repeats what it did before. */
  get isReplaying(): boolean {
    return this.#current < this.#playedUntil;
  }
}
