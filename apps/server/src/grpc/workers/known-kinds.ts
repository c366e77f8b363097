import type { Loop, WorkerKinds, WorkerRef, WorkerStore } from '@flovyn/engine';
import { LRUCache } from 'lru-cache';

/** More workers than one process is polled by. */
const REMEMBERED = 10_000;
/** 5 s: how late a registration through another process may be known here. */
const LOOK_EVERY_MS = 5_000;

/**
 * Which kinds workers have registered. Workers ask for work all the time: what is known of those who do is kept, and looked
 * up again now and then, all in one.
 */
export interface KnownKinds {
  /** Everything ever registered under this worker; `undefined` when it never registered a kind. */
  of(worker: WorkerRef): Promise<WorkerKinds | undefined>;
  /** Whether there is such a worker; what was not there a moment ago is looked for again. */
  isKnown(worker: WorkerRef): Promise<boolean>;
  /** It has registered here: what is remembered of it is out of date. */
  renew(worker: WorkerRef): void;
  readonly loop: Loop;
}

interface Known {
  readonly worker: WorkerRef;
  /** A promise, so that those who ask at the same time look once. */
  kinds: Promise<WorkerKinds | undefined>;
  /** Since the last look at all of them. */
  isAskedFor: boolean;
}

export function createKnownKinds(workers: Pick<WorkerStore, 'kindsOf'>): KnownKinds {
  const known = new LRUCache<string, Known>({ max: REMEMBERED });

  const look = (worker: WorkerRef): Promise<WorkerKinds | undefined> => {
    const key = keyOf(worker);
    const remembered = known.get(key);
    if (remembered !== undefined) {
      remembered.isAskedFor = true;
      return remembered.kinds;
    }
    const kinds = workers.kindsOf([worker]).then(([found]) => found);
    const looked: Known = { worker, kinds, isAskedFor: true };
    known.set(key, looked);
    kinds.catch(() => forget(looked));
    return kinds;
  };
  /** Unless something newer is known by now. */
  const forget = (looked: Known): void => {
    const key = keyOf(looked.worker);
    if (known.peek(key) === looked) known.delete(key);
  };
  const renew = (worker: WorkerRef): void => void known.delete(keyOf(worker));

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
    loop: {
      async tick() {
        const all = [...known.values()];
        for (const one of all) if (!one.isAskedFor) forget(one);
        const asked = all.filter(({ isAskedFor }) => isAskedFor);
        if (asked.length === 0) return LOOK_EVERY_MS;
        for (const one of asked) one.isAskedFor = false;
        try {
          const found = await workers.kindsOf(asked.map(({ worker }) => worker));
          for (const [index, one] of asked.entries()) one.kinds = Promise.resolve(found[index]);
        } catch (error: unknown) {
          for (const one of asked) forget(one);
          throw error;
        }
        return LOOK_EVERY_MS;
      },
      onWake: () => () => undefined,
    },
  };
}

function keyOf({ orgId, workerId }: WorkerRef): string {
  return `${orgId} ${workerId}`;
}
