/**
 * What the state of an instance rests on: reports and turns that were sent, or are about to be, and how many of them the
 * server has confirmed. Confirmations come in the order of what they confirm.
 */
export class Confirmations {
  #owed = 0;
  #had = 0;
  #waiting: { readonly after: number; readonly run: () => void }[] = [];

  /** True when nothing is a guess. */
  get isComplete(): boolean {
    return this.#had === this.#owed;
  }

  /** One more item that the state will rest on. */
  owe(): void {
    this.#owed += 1;
  }

  /** The oldest outstanding one is confirmed. */
  had(): void {
    this.#had += 1;
    while (this.#waiting[0] !== undefined && this.#waiting[0].after <= this.#had) this.#waiting.shift()?.run();
  }

  /** Runs something that others can see, once everything before it is confirmed. */
  whenComplete(run: () => void): void {
    if (this.isComplete) run();
    else this.#waiting.push({ after: this.#owed, run });
  }

  /** What waits will never happen. */
  abandon(): void {
    this.#waiting = [];
  }
}
