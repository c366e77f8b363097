import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireDurability } from '../src/durability.js';
import { createPostgresStore } from '../src/index.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';

describe('R04 what is acknowledged is durable', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const warnings: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.connection);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const setting = async () => (await client.query<{ synchronous_commit: string }>('show synchronous_commit')).rows[0];

  // The test cluster runs without fsync, which is exactly what must be refused elsewhere.
  test('a database without fsync is refused, unless loss is allowed', async () => {
    await expect(createPostgresStore({ connection: database.connection })).rejects.toThrow('fsync off');
    const store = await createPostgresStore({
      connection: database.connection,
      allowDataLoss: true,
      warn: (message) => warnings.push(message),
    });
    await store.close();
    expect(warnings.join()).toContain('fsync off');
  });

  test('a session that would not wait for the disk is made to', async () => {
    await client.query('set synchronous_commit = off');
    await requireDurability(client, true, () => {});
    expect(await setting()).toEqual({ synchronous_commit: 'on' });
  });

  test('a session that waits for more than the disk is left alone', async () => {
    await client.query('set synchronous_commit = remote_apply');
    await requireDurability(client, true, () => {});
    expect(await setting()).toEqual({ synchronous_commit: 'remote_apply' });
  });
});
