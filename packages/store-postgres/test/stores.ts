import type { TestDatabase } from '@flovyn/conformance';
import { createPostgresStore } from '../src/index.js';
import { createTestDatabase } from '../src/testing/index.js';

/** Stores on a fresh database of the test cluster, which does not wait for the disk. */
export async function testDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  return {
    open: () => createPostgresStore({ connection: database.connection, allowDataLoss: true }),
    drop: () => database.drop(),
  };
}
