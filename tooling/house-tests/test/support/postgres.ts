import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '@flovyn/testing';
import pg from 'pg';

/** The process id of the server's own PostgreSQL; `undefined` when none runs. */
export async function postmasterOf(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && (await isRunning(pid)) ? pid : undefined;
}

/** A connection of one's own to the server's database. Whoever opens it ends it. */
export async function openDatabase(dataDir: string): Promise<pg.Client> {
  const client = new pg.Client({ host: join(dataDir, 'run'), user: 'postgres', database: 'flovyn' });
  await client.connect();
  return client;
}
