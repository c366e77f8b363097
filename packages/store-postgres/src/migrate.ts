import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

const directory = fileURLToPath(new URL('../sql', import.meta.url));

/**
 * Brings a database to the newest schema. Only ever goes forward, in one transaction, under an advisory lock: of several
 * processes that start at once one migrates and the others wait. A process of the version before may still be at work.
 */
export async function migrate(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection);
  // What a call meets, the call throws. A connection that breaks between two calls fails the next one, not the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Before the lock, because the table of applied migrations lives in it; two who create it at once may collide.
    await createSchema(client);
    await runner({
      dbClient: client,
      dir: directory,
      ignorePattern: 'schema\\.sql',
      direction: 'up',
      migrationsSchema: 'flovyn',
      migrationsTable: 'migration',
      advisoryLockMode: 'wait',
      log: () => {},
    });
  } finally {
    await client.end();
  }
}

async function createSchema(client: pg.Client): Promise<void> {
  try {
    await client.query('create schema if not exists flovyn');
  } catch (error) {
    const createdMeanwhile = error instanceof pg.DatabaseError && (error.code === '23505' || error.code === '42P06');
    if (!createdMeanwhile) throw error;
  }
}
