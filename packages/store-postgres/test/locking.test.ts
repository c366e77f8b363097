import type { ExecutionId, ExecutionWrite, Store } from '@flovyn/engine';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresStore } from '../src/index.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { batch, newEntry, newWrite, orgId, wanted } from './rows.js';

describe('locked executions', () => {
  let database: TestDatabase;
  let a: Store;
  let b: Store;
  let admin: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = database.connection;
    a = await createPostgresStore({ connection, allowDataLoss: true });
    b = await createPostgresStore({ connection, allowDataLoss: true });
    admin = new pg.Client(connection);
    await admin.connect();
  });

  afterAll(async () => {
    await admin.end();
    await a.close();
    await b.close();
    await database.drop();
  });

  const only = (id: ExecutionId) => [wanted(id)];
  const next = (write: ExecutionWrite, version: number): ExecutionWrite => ({
    ...write,
    expectedVersion: version - 1,
    version,
  });
  /** Resolves when some statement waits for a lock. */
  async function someoneWaits(): Promise<void> {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await admin.query(waiting)).rowCount).toBe(1);
  }

  test('a locked execution is changed by nobody else until it is let go', async () => {
    const write = newWrite();
    await a.commit(batch({ executions: [write] }));
    await a.load(only(write.id), { lock: true });
    const waiting = b.commit(batch({ executions: [next(write, 2)] }));
    await someoneWaits();
    await a.unlock();
    await waiting;
    expect((await a.load(only(write.id), { lock: false })).executions[0]?.version).toBe(2);
  });

  test('who waited for a lock reads what its holder stored, in every table', async () => {
    const write = newWrite();
    await a.commit(batch({ executions: [write] }));
    await a.load(only(write.id), { lock: true });
    const waiting = b.load(only(write.id), { lock: true });
    await someoneWaits();
    await a.commit(batch({ executions: [next(write, 2)], entries: [newEntry(write.id, 1)] }));
    const { executions } = await waiting;
    expect(executions[0]).toMatchObject({ version: 2, seq: 1 });
    await b.commit(batch({ executions: [next(write, 3)] }));
    expect((await a.load(only(write.id), { lock: false })).executions[0]?.version).toBe(3);
  });

  test('two who lock the same executions in opposite order wait for each other, never in a ring', async () => {
    const writes = [newWrite(), newWrite()];
    await a.commit(batch({ executions: writes }));
    const both = writes.map(({ id }) => wanted(id));
    for (let round = 0; round < 20; round++) {
      await Promise.all([
        a.load(both, { lock: true }).then(() => a.unlock()),
        b.load(both.toReversed(), { lock: true }).then(() => b.unlock()),
      ]);
    }
  });

  test('a load with a lock that fails holds nothing', async () => {
    const write = newWrite();
    await a.commit(batch({ executions: [write] }));
    const bad = [wanted(write.id, { keys: [{ orgId, key: 'a\0b' }] })];
    await expect(a.load(bad, { lock: true })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await b.commit(batch({ executions: [next(write, 2)] }));
  });
});
