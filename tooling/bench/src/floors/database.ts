import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@flovyn/engine';
import { createPostgresStore, startEmbeddedPostgres } from '@flovyn/store-postgres';
import { FloorExecution, toBatch } from './floor-execution.js';
import type { SpecimenCommit } from './specimen.js';

/** A database that does nothing but store, as fast as it can, the rows the server was seen to store. */
export interface DatabaseFloor {
  /** Runs whole executions, `batch` of them in each commit, and says how many were stored per second. */
  executions(batch: number, forMs: number): Promise<number>;
  /** Runs the steps of `batch` executions, one commit after another, and says how many were stored per second. */
  steps(batch: number, forMs: number): Promise<number>;
  close(): Promise<void>;
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
    async close() {
      await store.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function write(store: Store, executions: readonly FloorExecution[], commit: SpecimenCommit): Promise<void> {
  return store.commit(toBatch(executions.map((execution) => execution.write(commit))));
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
