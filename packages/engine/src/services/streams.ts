import type { Streams } from '../engine.js';
import type { ExecutionId } from '../ids.js';
import type { StreamEntry } from '../ports/store.js';
import type { Reporter } from '../ports/surroundings.js';

type Listener = (entries: readonly StreamEntry[]) => void;

/** Tells the readers of this process what was committed. */
export class StreamHub implements Streams {
  readonly #listeners = new Map<ExecutionId, Set<Listener>>();
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  subscribe(id: ExecutionId, listener: Listener): () => void {
    const own = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, own.add(listener));
    return () => {
      own.delete(listener);
      if (own.size === 0 && this.#listeners.get(id) === own) this.#listeners.delete(id);
    };
  }

  publish(id: ExecutionId, entries: readonly StreamEntry[]): void {
    for (const listener of this.#listeners.get(id) ?? []) {
      try {
        listener(entries);
      } catch (error) {
        // One reader's failure is its own: the commit stands and the others are waiting.
        this.#reporter.error('A stream reader failed', { executionId: id, error });
      }
    }
  }
}
