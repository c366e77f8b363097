import { storeConformance } from '@flovyn/conformance';
import { createPostgresStore } from '../src/index.js';
import { createTestDatabase } from '../src/testing/index.js';

storeConformance('PostgreSQL', async () => {
  const database = await createTestDatabase();
  return {
    open: () => createPostgresStore({ connection: database.connection, allowDataLoss: true }),
    close: () => database.drop(),
  };
});
