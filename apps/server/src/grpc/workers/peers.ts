import type { WorkerRef } from '@flovyn/engine';
import { LRUCache } from 'lru-cache';

/** More connections than one process carries. */
const REMEMBERED = 20_000;
/** Which worker is at the other end of a connection. Most calls do not say who makes them. */
export interface Peers {
  /** The worker says who it is. Returns it as it is remembered: the same object each time. */
  says(peer: string, worker: WorkerRef): WorkerRef;
  at(peer: string): WorkerRef | undefined;
  /** The connection has ended: its name may soon be another one's. */
  forget(peer: string): void;
}

export function createPeers(): Peers {
  const known = new LRUCache<string, WorkerRef>({ max: REMEMBERED });
  return {
    says(peer, worker) {
      const before = known.get(peer);
      if (before?.workerId === worker.workerId && before.orgId === worker.orgId) return before;
      known.set(peer, worker);
      return worker;
    },
    at: (peer) => known.get(peer),
    forget: (peer) => void known.delete(peer),
  };
}
