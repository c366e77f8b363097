import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresStore, createPostgresStore } from '../src/index.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { batch, newWrite, orgId, wanted } from './rows.js';

describe('housekeeping', () => {
  let database: TestDatabase;
  let store: PostgresStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await createPostgresStore({ connection: database.connection, allowDataLoss: true });
  });

  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  test('tells the time by the database', async () => {
    const [before, told, after] = [Date.now(), await store.now(), Date.now()];
    // Here it is the clock of this machine; a millisecond may be cut off on either side.
    expect(told).toBeGreaterThanOrEqual(before - 1);
    expect(told).toBeLessThanOrEqual(after + 1);
  });

  test('lets keys go that have expired, and no others', async () => {
    const key = (name: string, expiresAt: number) => ({
      orgId,
      key: name,
      target: 'workflow' as const,
      targetId: randomUUID(),
      expiresAt,
    });
    const keys = [key('gone', 99), key('due', 100), key('fresh', 101)];
    await store.commit(batch({ keys: { add: keys, remove: [] } }));
    expect(await store.removeExpiredKeys(100)).toBe(1);
    const { keys: left } = await store.load([wanted(newWrite().id, { keys })], { lock: false });
    expect(left.map((one) => one.key).toSorted()).toEqual(['due', 'fresh']);
    expect(await store.removeExpiredKeys(100)).toBe(0);
  });
});
