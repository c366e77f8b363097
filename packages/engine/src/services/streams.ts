import type { Streams } from '../engine.js';
import type { ExecutionId } from '../ids.js';
import type { Neighbours } from '../ports/neighbours.js';
import type { StreamEntry } from '../ports/store.js';
import type { Reporter } from '../ports/surroundings.js';

type Listener = (entries: readonly StreamEntry[]) => void;

/** Who follows one execution here, and how to stop hearing of it from others. */
interface Followed {
  readonly listeners: Set<Listener>;
  readonly leave: () => void;
}

/** Tells the readers of this process what was committed, here and elsewhere. */
export class StreamHub implements Streams {
  readonly #followed = new Map<ExecutionId, Followed>();
  readonly #neighbours: Pick<Neighbours, 'publish' | 'follow' | 'settled'>;
  readonly #reporter: Reporter;

  constructor(neighbours: Pick<Neighbours, 'publish' | 'follow' | 'settled'>, reporter: Reporter) {
    this.#neighbours = neighbours;
    this.#reporter = reporter;
  }

  subscribe(id: ExecutionId, listener: Listener): () => void {
    const followed = this.#followed.get(id) ?? this.#follow(id);
    followed.listeners.add(listener);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size > 0 || this.#followed.get(id) !== followed) return;
      this.#followed.delete(id);
      followed.leave();
    };
  }

  settled(): Promise<void> {
    return this.#neighbours.settled();
  }

  /** Tells everybody what this process has committed. */
  publish(id: ExecutionId, entries: readonly StreamEntry[]): void {
    this.#tell(id, entries);
    this.#neighbours.publish(id, entries);
  }

  #follow(id: ExecutionId): Followed {
    const leave = this.#neighbours.follow(id, (entries) => this.#tell(id, entries));
    const followed = { listeners: new Set<Listener>(), leave };
    this.#followed.set(id, followed);
    return followed;
  }

  #tell(id: ExecutionId, entries: readonly StreamEntry[]): void {
    for (const listener of this.#followed.get(id)?.listeners ?? []) {
      try {
        listener(entries);
      } catch (error) {
        // One reader's failure is its own: the commit stands and the others are waiting.
        this.#reporter.error('A stream reader failed', { executionId: id, error });
      }
    }
  }
}
