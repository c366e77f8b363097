import type { ExecutionId, Loaded, LoadedExecution, Store, TaskId } from '@flovyn/engine';
import { afterAll, beforeAll } from 'vitest';

/** Rows of one place, which several stores may stand on at once, as several servers stand on one database. */
export interface StoreMaker {
  /** A store on the same rows, each time. */
  open(): Promise<Store>;
  /** After the last test; every opened store has been closed. */
  close(): Promise<void>;
}

export type MakeStores = () => Promise<StoreMaker>;

export interface Bench {
  /** The first store; most promises need no other. */
  readonly store: Store;
  /** Another one on the same rows. */
  readonly other: Store;
}

/** Opens two stores for the suites of one file. */
export function setUp(makeStores: MakeStores): Bench {
  let maker: StoreMaker | undefined;
  const opened: Store[] = [];
  beforeAll(async () => {
    maker = await makeStores();
    opened.push(await maker.open(), await maker.open());
  });
  afterAll(async () => {
    for (const store of new Set(opened)) await store.close();
    await maker?.close();
  });
  const at = (index: number): Store => {
    const store = opened[index];
    if (store === undefined) throw new Error('The stores are opened before the first test and not earlier');
    return store;
  };
  return {
    get store() {
      return at(0);
    },
    get other() {
      return at(1);
    },
  };
}

export async function loadOne(
  store: Store,
  id: ExecutionId,
  taskIds: readonly TaskId[] = [],
): Promise<LoadedExecution | undefined> {
  const loaded: Loaded = await store.load([{ id, taskIds, keys: [] }], { lock: false });
  return loaded.executions[0];
}
