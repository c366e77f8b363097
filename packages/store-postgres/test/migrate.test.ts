import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresStore } from '../src/index.js';
import { migrate } from '../src/migrate.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { dumpSchema } from './dump-schema.js';

describe('the schema', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.connection);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  test('is the one that reviewers read; -u writes it anew', async () => {
    await expect(await dumpSchema(client)).toMatchFileSnapshot('../sql/schema.sql');
  });

  test('R37 of several processes that start at once one migrates, and all go on', async () => {
    await client.query('drop schema flovyn cascade');
    const connection = database.connection;
    const starting = Array.from({ length: 5 }, () => createPostgresStore({ connection, allowDataLoss: true }));
    for (const store of await Promise.all(starting)) {
      await store.ping();
      await store.close();
    }
    const { rows } = await client.query<{ name: string }>('select name from flovyn.migration order by id');
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(0);
  });

  test('R37 migrating what is up to date changes nothing', async () => {
    const before = await dumpSchema(client);
    await migrate(database.connection);
    expect(await dumpSchema(client)).toBe(before);
  });

  test('R38 a connection that breaks while it migrates fails the start, and not the process', async () => {
    await client.query('begin');
    await client.query('lock table flovyn.migration');
    // Whoever waits for the lock is put to its end.
    const starting = migrate(database.connection).catch((error: unknown) => error);
    await expect.poll(() => endWhoWaits(client)).toBe(1);
    expect(await starting).toBeInstanceOf(Error);
    await client.query('rollback');
  });

  test('R01 a fact is neither changed nor removed, except by retention', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    await client.query(`insert into flovyn.history_event values ($1, 1, 1, 'WORKFLOW_STARTED', '{}')`, [id]);
    await expect(client.query(`update flovyn.history_event set type = 'X'`)).rejects.toThrow('never changed');
    await expect(client.query('delete from flovyn.history_event')).rejects.toThrow('never changed');
    await expect(client.query('truncate flovyn.history_event')).rejects.toThrow('never changed');
    await client.query('begin');
    await client.query(`set local flovyn.retention = 'on'`);
    await expect(client.query(`delete from flovyn.history_event`)).resolves.toMatchObject({ rowCount: 1 });
    await client.query('commit');
    await client.query(`insert into flovyn.history_event values ($1, 1, 1, 'WORKFLOW_STARTED', '{}')`, [id]);
    await expect(client.query('delete from flovyn.history_event')).rejects.toThrow('never changed');
  });
});

/** @returns how many connections were ended because they wait for a lock of this one. */
async function endWhoWaits(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    `select pg_terminate_backend(pid) from pg_locks where not granted and relation = 'flovyn.migration'::regclass`,
  );
  return rows.length;
}
