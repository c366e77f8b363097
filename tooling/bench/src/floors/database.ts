import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@flovyn/engine';
import { createPostgresStore, startEmbeddedPostgres } from '@flovyn/store-postgres';
import { toBatch } from './floor-batch.js';
import { FloorExecution } from './floor-execution.js';
import type { SpecimenCommit } from './specimen.js';

/** A database that does nothing but store, as fast as it can, the rows the server was seen to store. */
export interface DatabaseFloor {
  /** Runs whole executions, `batch` of them in each commit, and says how many were stored per second. */
  executions(batch: number, forMs: number): Promise<number>;
  /** Runs the steps of `batch` executions, one commit after another, and says how many were stored per second. */
  steps(batch: number, forMs: number): Promise<number>;
  /**
   * Takes `count` executions through some commits, all of them through one before any goes through the next, and says how
   * many milliseconds each of the commits took for all.
   */
  stages(commits: readonly SpecimenCommit[], order: StageOrder): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface StageOrder {
  readonly count: number;
  /** Executions in one transaction. */
  readonly batch: number;
}

/**
 * Opens a database of its own, set up like the server's, and writes through the store's own `commit`: prepared statements,
 * binary arrays, one round trip and one fsync for each batch. No workers, no wire, no decisions.
 *
 * @param execution - the commits of a whole execution.
 * @param step - the one commit a sequential step costs.
 */
export async function openDatabaseFloor(
  execution: readonly SpecimenCommit[],
  step: SpecimenCommit,
): Promise<DatabaseFloor> {
  const directory = await mkdtemp(join(tmpdir(), 'flovyn-floor-'));
  const postgres = await startEmbeddedPostgres({ dataDir: directory });
  const store = await createPostgresStore({ connection: postgres.connection });
  const { life } = await store.load([], { lock: false });
  const [start] = execution;
  if (start === undefined) throw new Error('The execution to repeat has no commits');

  const begin = (batch: number): FloorExecution[] =>
    Array.from({ length: batch }, () => new FloorExecution(life, randomUUID));

  return {
    executions: (batch, forMs) =>
      rate(batch, forMs, async () => {
        const executions = begin(batch);
        for (const commit of execution) await write(store, executions, commit);
      }),
    async steps(batch, forMs) {
      const executions = begin(batch);
      await write(store, executions, start);
      return rate(batch, forMs, () => write(store, executions, step));
    },
    async stages(commits, { count, batch }) {
      const executions = begin(count);
      const times: number[] = [];
      for (const commit of commits) {
        const begun = performance.now();
        for (let from = 0; from < count; from += batch) {
          await write(store, executions.slice(from, from + batch), commit);
        }
        times.push(performance.now() - begun);
      }
      return times;
    },
    async close() {
      await store.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function write(store: Store, executions: readonly FloorExecution[], commit: SpecimenCommit): Promise<void> {
  await store.commit(toBatch(executions.map((execution) => execution.write(commit))));
}

async function rate(each: number, forMs: number, round: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < forMs) {
    await round();
    count += each;
    elapsed = performance.now() - begun;
  }
  return (count * 1_000) / elapsed;
}
