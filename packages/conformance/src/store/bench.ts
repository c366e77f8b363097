import type { ExecutionId, Loaded, LoadedExecution, Store, TaskId } from '@flovyn/engine';
import { afterAll, beforeAll } from 'vitest';
import type { TestDatabase } from '../engine.js';

/** Gives an empty database each time. */
export type MakeDatabase = () => Promise<TestDatabase>;

export interface Bench {
  /** The first store; most promises need no other. */
  readonly store: Store;
  /** Another one on the same rows. */
  readonly other: Store;
}

/** Opens two stores for the suites of one file. */
export function setUp(makeDatabase: MakeDatabase): Bench {
  let database: TestDatabase | undefined;
  const opened: Store[] = [];
  beforeAll(async () => {
    database = await makeDatabase();
    opened.push(await database.open(), await database.open());
  });
  afterAll(async () => {
    for (const store of new Set(opened)) await store.close();
    await database?.drop();
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
