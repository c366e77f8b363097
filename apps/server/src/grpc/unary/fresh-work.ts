import type { Polled } from '@flovyn/engine';

/** 1 s: work that was given so shortly before its worker's connection ended was hardly begun, or even read. */
const FRESH_MS = 1_000;

/** Work that has just been given, by the connection it went over. */
export interface FreshWork {
  add(peer: string, polled: Polled): void;
  /** What is fresh on this connection, and is not any more afterwards. */
  take(peer: string): Iterable<Polled>;
}

export function createFreshWork(): FreshWork {
  const fresh = new Map<string, Set<Polled>>();
  return {
    add(peer, polled) {
      const here = fresh.get(peer) ?? new Set();
      fresh.set(peer, here.add(polled));
      const age = (): void => {
        here.delete(polled);
        if (here.size === 0 && fresh.get(peer) === here) fresh.delete(peer);
      };
      setTimeout(age, FRESH_MS).unref();
    },
    take(peer) {
      const here = fresh.get(peer) ?? [];
      fresh.delete(peer);
      return here;
    },
  };
}
