import {
  type CommitBatch,
  CommitConflict,
  type ExecutionId,
  type LoadedExecution,
  type Store,
  type TaskState,
  type Wanted,
  type WorkflowState,
} from '@flovyn/engine';
import { afterAll, beforeAll, expect } from 'vitest';
import type { TestDatabase } from '../engine.js';
import { aBatch, aTaskWrite, aWanted, aWrite } from './builders.js';

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
  named: Partial<Wanted> = {},
): Promise<LoadedExecution | undefined> {
  const { executions } = await store.load([aWanted(id, named)], { lock: false });
  return executions[0];
}

export async function expectConflict(store: Store, batch: CommitBatch): Promise<void> {
  await expect(store.commit(batch)).rejects.toBeInstanceOf(CommitConflict);
}

export async function putWorkflows(store: Store, workflows: readonly WorkflowState[]): Promise<void> {
  await store.commit(aBatch({ executions: workflows.map((workflow) => aWrite(workflow)) }));
}

export async function putTasks(store: Store, tasks: readonly TaskState[]): Promise<void> {
  await store.commit(
    aBatch({ executions: tasks.map((task) => aWrite(task)), tasks: tasks.map((task) => aTaskWrite(task)) }),
  );
}
