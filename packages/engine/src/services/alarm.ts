/** Tells whoever runs a loop that the next tick should come now. */
export class Alarm {
  readonly #listeners = new Set<() => void>();

  onWake(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => this.#listeners.delete(wake);
  }

  ring(): void {
    for (const wake of this.#listeners) wake();
  }
}
