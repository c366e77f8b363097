import type { Clock, Loop, WorkerRef, WorkerStore } from '@flovyn/engine';

/** 5 s: how late others may learn that a worker lives. */
const TELL_EVERY_MS = 5_000;

/** Which workers were heard of in this process. Written down now and then, all in one: a call is not worth a write. */
export interface Presence {
  /** The worker gave a sign of life. Cheap: the same object counts once. */
  heard(worker: WorkerRef): void;
  /** One more process works under this worker's name. */
  joined(worker: WorkerRef): void;
  /** One less does; whether it comes back is not known. */
  left(worker: WorkerRef): void;
  /** One said goodbye or was given up: the worker is gone, unless another process of it is here. */
  gone(worker: WorkerRef): void;
  readonly loop: Loop;
}

export function createPresence(workers: Pick<WorkerStore, 'seen' | 'gone'>, clock: Clock): Presence {
  const heard = new Set<WorkerRef>();
  const gone = new Map<string, WorkerRef>();
  const processes = new Map<string, number>();

  const tellSeen = async (): Promise<void> => {
    const told = [...heard];
    heard.clear();
    const each = [...new Map(told.map((worker) => [keyOf(worker), worker])).values()];
    if (each.length === 0) return;
    try {
      await workers.seen(each, clock.now());
    } catch (error: unknown) {
      for (const worker of each) if (!gone.has(keyOf(worker))) heard.add(worker);
      throw error;
    }
  };

  const tellGone = async (): Promise<void> => {
    const told = [...gone];
    if (told.length === 0) return;
    await workers.gone(told.map(([, worker]) => worker));
    for (const [key, worker] of told) if (gone.get(key) === worker) gone.delete(key);
  };

  return {
    heard(worker) {
      if (gone.size > 0) gone.delete(keyOf(worker));
      heard.add(worker);
    },
    joined(worker) {
      const key = keyOf(worker);
      processes.set(key, (processes.get(key) ?? 0) + 1);
      gone.delete(key);
      heard.add(worker);
    },
    left(worker) {
      const key = keyOf(worker);
      const others = (processes.get(key) ?? 1) - 1;
      if (others > 0) processes.set(key, others);
      else processes.delete(key);
    },
    gone(worker) {
      const key = keyOf(worker);
      if (processes.has(key)) return;
      gone.set(key, worker);
      for (const sign of heard) if (keyOf(sign) === key) heard.delete(sign);
    },
    loop: {
      async tick() {
        // A goodbye is said after the signs of life that came before it.
        await tellSeen();
        await tellGone();
        return TELL_EVERY_MS;
      },
      onWake: () => () => undefined,
    },
  };
}

function keyOf({ orgId, workerId }: WorkerRef): string {
  return `${orgId} ${workerId}`;
}
