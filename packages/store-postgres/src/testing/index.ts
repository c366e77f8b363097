import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../embedded/index.js';
import { migrate } from '../migrate.js';

/** Where a running cluster is told to the test files, which are other processes. */
const variable = 'FLOVYN_TEST_CLUSTER';

interface Cluster {
  readonly connection: pg.ClientConfig;
  /** A migrated, empty database that test databases are copies of. */
  readonly template: string;
}

/**
 * Starts one PostgreSQL for a whole test run and makes the template of its databases; meant for vitest's `globalSetup`.
 * `DATABASE_URL`, where it is set, is used instead: its user must be allowed to create databases.
 */
export async function startTestCluster(): Promise<{ stop(): Promise<void> }> {
  const url = process.env['DATABASE_URL'];
  const server = url === undefined ? await startOwn() : { connection: { connectionString: url }, stop: async () => {} };
  const template = uniqueName('template');
  await administrate(server.connection, `create database ${template}`);
  await migrate(inDatabase(server.connection, template));
  const cluster: Cluster = { connection: server.connection, template };
  process.env[variable] = JSON.stringify(cluster);
  return {
    async stop() {
      await administrate(server.connection, `drop database ${template} with (force)`);
      await server.stop();
    },
  };
}

export interface TestDatabase {
  readonly connection: pg.ClientConfig;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** An empty database of the newest schema, a test file's own. Needs a started test cluster. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const stored = process.env[variable];
  if (stored === undefined)
    throw new Error('No test cluster runs: name startTestCluster in the globalSetup of vitest.config.ts');
  const { connection, template } = JSON.parse(stored) as Cluster;
  const name = uniqueName('test');
  await administrate(connection, `create database ${name} template ${template}`);
  return {
    connection: inDatabase(connection, name),
    drop: () => administrate(connection, `drop database ${name} with (force)`),
  };
}

/** Nothing of a test run outlives it, so nothing waits for the disk. */
const careless = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };

async function startOwn() {
  const dataDir = await mkdtemp(join(tmpdir(), 'flovyn-test-'));
  const server = await startEmbeddedPostgres({ dataDir, settings: careless });
  return {
    connection: server.connection,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

function uniqueName(purpose: string): string {
  return `flovyn_${purpose}_${randomUUID().replaceAll('-', '')}`;
}

function inDatabase(connection: pg.ClientConfig, database: string): pg.ClientConfig {
  if (connection.connectionString === undefined) return { ...connection, database };
  const url = new URL(connection.connectionString);
  url.pathname = `/${database}`;
  return { connectionString: url.toString() };
}

async function administrate(connection: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
