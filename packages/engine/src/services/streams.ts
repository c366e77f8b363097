import type { Streams } from '../engine.js';
import type { ExecutionId } from '../ids.js';
import type { NumberedRun, StreamEntry } from '../ports/store.js';
import type { Reporter } from '../ports/surroundings.js';
import { numbered } from './family-writes.js';

type Listener = (entries: readonly StreamEntry[]) => void;
type Listeners = Map<ExecutionId, Set<Listener>>;

/** Tells the readers of this process what was committed. */
export class StreamHub implements Streams {
  readonly #listeners: Listeners = new Map();
  /** By the root of the family. */
  readonly #familyListeners: Listeners = new Map();
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  subscribe(id: ExecutionId, listener: Listener): () => void {
    return listen(this.#listeners, id, listener);
  }

  subscribeFamily(rootId: ExecutionId, listener: Listener): () => void {
    return listen(this.#familyListeners, rootId, listener);
  }

  publish(id: ExecutionId, entries: readonly StreamEntry[]): void {
    this.#tell(this.#listeners, id, entries);
  }

  /** @param entries - a whole commit's, in the order in which they were decided. */
  publishFamilies(entries: readonly StreamEntry[], runs: readonly NumberedRun[]): void {
    if (this.#familyListeners.size === 0) return;
    const followed = numbered(
      entries.filter((entry) => this.#familyListeners.has(entry.rootId)),
      runs,
    );
    for (const rootId of new Set(followed.map((entry) => entry.rootId))) {
      const own = followed.filter((entry) => entry.rootId === rootId);
      this.#tell(this.#familyListeners, rootId, own);
    }
  }

  #tell(listeners: Listeners, id: ExecutionId, entries: readonly StreamEntry[]): void {
    for (const listener of listeners.get(id) ?? []) {
      try {
        listener(entries);
      } catch (error) {
        // One reader's failure is its own: the commit stands and the others are waiting.
        this.#reporter.error('A stream reader failed', { executionId: id, error });
      }
    }
  }
}

function listen(listeners: Listeners, id: ExecutionId, listener: Listener): () => void {
  const own = listeners.get(id) ?? new Set();
  listeners.set(id, own.add(listener));
  return () => {
    own.delete(listener);
    if (own.size === 0 && listeners.get(id) === own) listeners.delete(id);
  };
}
