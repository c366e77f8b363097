import type { OrderRule } from './violation.js';

type Fault = { readonly rule: OrderRule; readonly message: string };

/** Follows the numbers of one execution's stream. */
export class Numbering {
  #last: { readonly epoch: string; readonly seq: number } | undefined;
  /** The number that must come next; `undefined` when any may. */
  #expected: number | undefined;
  readonly #left = new Set<string>();

  constructor(midStream: boolean) {
    this.#expected = midStream ? undefined : 1;
  }

  next(epoch: string, seq: number): Fault | undefined {
    const fault = this.#last !== undefined && this.#last.epoch !== epoch ? this.#turn(epoch, seq) : this.#follow(seq);
    this.#last = { epoch, seq };
    this.#expected = seq + 1;
    return fault;
  }

  /** Entries up to `to` were declared missing. */
  skipTo(to: number): void {
    this.#expected = to + 1;
  }

  /** The numbering was declared broken: it goes on anywhere. */
  release(): void {
    this.#expected = undefined;
    this.#last = undefined;
  }

  #follow(seq: number): Fault | undefined {
    const expected = this.#expected;
    if (expected === undefined || seq === expected) return undefined;
    return { rule: 'seq', message: `numbered ${seq} where ${expected} was next` };
  }

  /** A new epoch begins at or below the next number: a crash can take the end of the old one, and only the end. */
  #turn(epoch: string, seq: number): Fault | undefined {
    if (this.#last !== undefined) this.#left.add(this.#last.epoch);
    if (this.#left.has(epoch)) return { rule: 'epoch', message: `epoch ${epoch} had ended` };
    const limit = this.#expected;
    if (limit === undefined || seq <= limit) return undefined;
    return { rule: 'seq', message: `a new epoch begins at ${seq}, past ${limit}` };
  }
}
