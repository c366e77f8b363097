import { TimeController } from './time-controller.js';

/** What waits for the clock of an environment: timers of workflows, time limits, and the pauses between attempts. */
export class TestTimers {
  readonly time: TimeController;
  readonly #waiting = new Map<string, () => void>();

  constructor(initialTime: Date | undefined) {
    this.time = new TimeController(initialTime, (id) => {
      const onFire = this.#waiting.get(id);
      this.#waiting.delete(id);
      onFire?.();
    });
  }

  get now(): number {
    return this.time.currentTimeMillis();
  }

  /**
   * @param name - what it is called on the clock; with the owner in front where two executions use one name.
   * @returns the id to cancel it by.
   */
  start(name: string, owner: string, dueMs: number, onFire: () => void): string {
    const id = this.#free(name, owner);
    this.#waiting.set(id, onFire);
    this.time.registerTimer(id, dueMs);
    return id;
  }

  cancel(id: string | undefined): void {
    if (id !== undefined && this.#waiting.delete(id)) this.time.cancelTimer(id);
  }

  #free(name: string, owner: string): string {
    let id = name;
    for (let count = 1; this.time.isTimerPending(id); count += 1) {
      id = count === 1 ? `${owner}:${name}` : `${owner}:${name}#${count}`;
    }
    return id;
  }
}
