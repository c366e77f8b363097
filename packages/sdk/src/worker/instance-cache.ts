import { TurnoverMap } from './turnover-map.js';

/** Something kept in memory as long as there is room. */
export interface Cached {
  readonly id: string;
  /** False while it works on something. */
  readonly isIdle: boolean;
  /** Lets go of it. */
  drop(): void;
}

/**
 * The live instances of a worker. When there are too many, idle ones that were not used for the longest time go; the next
 * turn of theirs begins with a replay.
 */
export class InstanceCache<Instance extends Cached> {
  readonly #max: number;
  /** Least recently used first. */
  readonly #all = new TurnoverMap<string, Instance>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Looks without counting it as use. */
  peek(id: string): Instance | undefined {
    return this.#all.get(id);
  }

  values(): Iterable<Instance> {
    return this.#all.values();
  }

  /** Adds, or marks as just used. */
  use(instance: Instance): void {
    this.#all.delete(instance.id);
    this.#all.set(instance.id, instance);
  }

  /** Lets idle instances go while there are too many. Called when one has come to rest. */
  makeRoom(): void {
    if (this.#all.size <= this.#max) return;
    for (const instance of this.#all.values()) {
      if (this.#all.size <= this.#max) return;
      if (!instance.isIdle) continue;
      this.#all.delete(instance.id);
      instance.drop();
    }
  }

  /** Forgets this very instance; another one under the same id stays. */
  forget(instance: Instance): void {
    if (this.#all.get(instance.id) === instance) this.#all.delete(instance.id);
  }
}
