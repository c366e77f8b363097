import type { WorkerKinds, WorkerStore } from '@flovyn/engine';
import { LRUCache } from 'lru-cache';
import type { WorkerRef } from './worker-id.js';

/** More workers than one process is polled by. */
const REMEMBERED = 10_000;
/** 5 s: how late a registration through another process may be known here. */
const REMEMBERED_MS = 5_000;

/** Which kinds workers have registered, remembered for a moment: workers ask for work all the time. */
export interface KnownKinds {
  /** Everything ever registered under this worker; `undefined` when it never registered a kind. */
  of(worker: WorkerRef): Promise<WorkerKinds | undefined>;
  /** Whether there is such a worker; what was not there a moment ago is looked for again. */
  isKnown(worker: WorkerRef): Promise<boolean>;
  /** It has registered here: what is remembered of it is out of date. */
  renew(worker: WorkerRef): void;
}

/** @param now - milliseconds of a steady clock. */
export function createKnownKinds(workers: Pick<WorkerStore, 'kindsOf'>, now: () => number): KnownKinds {
  // Promises, so that those who ask at the same time look once.
  const known = new LRUCache<string, Promise<WorkerKinds | undefined>>({
    max: REMEMBERED,
    ttl: REMEMBERED_MS,
    perf: { now },
    ttlResolution: 0,
  });

  const look = (worker: WorkerRef): Promise<WorkerKinds | undefined> => {
    const key = `${worker.orgId} ${worker.workerId}`;
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const looked = workers.kindsOf(worker.orgId, worker.workerId);
    known.set(key, looked);
    looked.catch(() => {
      if (known.peek(key) === looked) known.delete(key);
    });
    return looked;
  };
  const renew = ({ orgId, workerId }: WorkerRef): void => void known.delete(`${orgId} ${workerId}`);

  return {
    async of(worker) {
      const kinds = await look(worker);
      return kinds === undefined || kinds.workflows.length + kinds.tasks.length === 0 ? undefined : kinds;
    },
    async isKnown(worker) {
      if ((await look(worker)) !== undefined) return true;
      renew(worker);
      return (await look(worker)) !== undefined;
    },
    renew,
  };
}
