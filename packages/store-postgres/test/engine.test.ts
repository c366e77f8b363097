import { engineConformance } from '@flovyn/conformance';
import { createPostgresStore } from '../src/index.js';
import { createTestDatabase } from '../src/testing/index.js';

engineConformance('PostgreSQL', async () => {
  const { connection, drop } = await createTestDatabase();
  return { open: () => createPostgresStore({ connection, allowDataLoss: true }), drop };
});
