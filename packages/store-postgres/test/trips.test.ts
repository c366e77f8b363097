import { type ExecutionId, type OrgId } from '@flovyn/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresStore } from '../src/store.js';
import type { PostgresStore } from '../src/store.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import type { Trip } from '../src/trip.js';

describe('what is told of the exchanges with the database', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let trips: Trip[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await createPostgresStore({
      connection: database.connection,
      allowDataLoss: true,
      onTrip: (trip) => trips.push(trip),
    });
  });

  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  const told = async (run: () => Promise<unknown>) => {
    trips = [];
    await run().catch(() => undefined);
    return trips.map(({ operation, failure }) => (failure === undefined ? operation : `${operation} ${failure}`));
  };

  test('each is one, with its time and why it failed', async () => {
    expect(await told(() => store.ping())).toEqual(['query']);
    expect(trips[0]?.ms).toBeGreaterThan(0);
    const id = '0198c5a0-0000-7000-8000-000000000001' as ExecutionId;
    const wanted = { id, taskIds: [], waits: [], keys: [] };
    expect(await told(() => store.load([wanted], { lock: false }))).toEqual(['load']);
    expect(await told(() => store.load([wanted], { lock: true }).then(() => store.unlock()))).toEqual([
      'load',
      'unlock',
    ]);
    const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
    const key = { orgId, key: 'k', target: 'task', targetId: id, expiresAt: 1 } as const;
    const batch = {
      durability: 'state',
      executions: [],
      tasks: [],
      waits: [],
      history: [],
      entries: [],
      families: { begun: [], runs: [] },
      attempts: [],
      logs: [],
      signs: [],
      ready: { add: [], remove: [] },
      timers: { set: [], remove: [] },
      keys: { add: [key], remove: [] },
      deleted: [],
    } as const;
    expect(await told(() => store.commit(batch))).toEqual(['commit']);
    expect(await told(() => store.commit(batch))).toEqual(['commit CONFLICT']);
    expect(await told(() => store.queries.workflow(orgId, 'no uuid' as ExecutionId))).toEqual([
      'query INVALID_ARGUMENT',
    ]);
  });
});
