/** The tasks of one sequential workflow, which begin when they are let: at most one of them waits at a time. */
export class Lane {
  /** The step from which on tasks are held. */
  readonly #heldFrom: number;
  #isOpen = false;
  /** Steps that may still be taken, the one under way included. */
  #left = 0;
  #go: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  constructor(heldFrom: number) {
    this.#heldFrom = heldFrom;
  }

  /** Every task asks before it begins. */
  async pass(step: number): Promise<void> {
    if (this.#isOpen || step < this.#heldFrom) return;
    if (this.#left > 1) {
      this.#left -= 1;
      return;
    }
    await new Promise<void>((go) => {
      this.#go = go;
      this.#arrived?.();
    });
  }

  /** Resolves when a task waits. */
  async arrived(): Promise<void> {
    if (this.#go === undefined) await new Promise<void>((resolve) => (this.#arrived = resolve));
  }

  /** Lets so many steps be taken, and resolves to how many milliseconds that took. */
  async take(steps: number): Promise<number> {
    const begun = performance.now();
    this.#left = steps;
    this.#letGo();
    await this.arrived();
    return performance.now() - begun;
  }

  /** Holds nothing any more. */
  open(): void {
    this.#isOpen = true;
    this.#letGo();
  }

  #letGo(): void {
    const go = this.#go;
    this.#go = undefined;
    go?.();
  }
}
