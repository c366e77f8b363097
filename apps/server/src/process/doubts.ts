import type { Store } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';

/** After a loss, looks are repeated: a batch that was on its way may be stored only after the first of them. */
const LOOKS_MS = [0, 2_000, 15_000];

/**
 * Tells those who follow commits when they may have missed one. A commit whose connection breaks may be stored without
 * anybody here being told; its entries are in the log all the same, for those who look.
 */
export interface Doubts {
  /** A commit broke off. */
  raise(): void;
  /** Something may have been missed; once. */
  look(): void;
  /** From now on also at this interval, where other processes commit too; `undefined` for never. */
  every(ms: number | undefined): void;
  subscribe(listener: () => void): () => void;
  close(): void;
}

export function createDoubts(): Doubts {
  const listeners = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  let interval: NodeJS.Timeout | undefined;
  let intervalMs: number | undefined;

  return {
    look: tell,
    every(ms) {
      if (ms === intervalMs) return;
      clearInterval(interval);
      intervalMs = ms;
      interval = ms === undefined ? undefined : setInterval(tell, ms);
    },
    raise() {
      for (const delayMs of LOOKS_MS) {
        const timer = setTimeout(() => {
          timers.delete(timer);
          tell();
        }, delayMs);
        timers.add(timer);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(interval);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** The same store; `onLoss` is called when a commit broke off and nobody knows whether it was stored. */
export function watchLosses(store: Store, onLoss: () => void): Store {
  return {
    load: (wanted, options) => store.load(wanted, options),
    unlock: () => store.unlock(),
    async commit(batch) {
      try {
        return await store.commit(batch);
      } catch (error: unknown) {
        if (ServiceError.is(error) && error.code === 'UNAVAILABLE') onLoss();
        throw error;
      }
    },
    reserve: (request) => store.reserve(request),
    release: (id) => store.release(id),
    readyLines: (limit) => store.readyLines(limit),
    readyCounts: (limits) => store.readyCounts(limits),
    dueTimers: (now, limit) => store.dueTimers(now, limit),
    nextTimer: (now) => store.nextTimer(now),
    sessions: store.sessions,
    queries: store.queries,
    streams: store.streams,
    families: store.families,
    retention: store.retention,
    orgs: store.orgs,
    workers: store.workers,
    workerTokens: store.workerTokens,
    streamTickets: store.streamTickets,
    taskState: store.taskState,
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
