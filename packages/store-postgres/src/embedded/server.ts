import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { Launcher } from './as-user.js';
import { type Layout, socketName } from './cluster.js';

/** Addresses of Unix sockets end at 107 bytes on Linux and earlier elsewhere. */
const longestSocketPath = 100;

/** How to reach the server: by a socket that only we can open, or where its path is too long by a port of this machine. */
export async function chooseConnection(layout: Layout, password: string): Promise<pg.ClientConfig> {
  const common = { user: 'postgres', database: 'flovyn' };
  const socket = join(layout.sockets, socketName);
  if (process.platform !== 'win32' && Buffer.byteLength(socket) <= longestSocketPath) {
    return { ...common, host: layout.sockets, port: 5432 };
  }
  return { ...common, host: '127.0.0.1', port: await freePort(), password };
}

export interface Server {
  readonly child: ChildProcess;
  /** The last lines it said. */
  readonly lastWords: readonly string[];
}

export function spawnServer(
  launcher: Launcher,
  program: string,
  layout: Layout,
  connection: pg.ClientConfig,
  settings: Readonly<Record<string, string>>,
  log: (message: string) => void,
): Server {
  const onSocket = connection.host === layout.sockets;
  const all = {
    listen_addresses: onSocket ? '' : '127.0.0.1',
    unix_socket_directories: onSocket ? layout.sockets : '',
    unix_socket_permissions: '0700',
    port: String(connection.port),
    // Half of the default: more is never touched by a server of this size, only counted as its memory.
    shared_buffers: '64MB',
    ...settings,
  };
  const child = launcher.spawn(program, [
    '-D',
    layout.cluster,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const lastWords: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log(line);
      lastWords.push(line);
      if (lastWords.length > 5) lastWords.shift();
    });
  }
  return { child, lastWords };
}

/** Resolves when the server answers, having made our database if it was not there; rejects when it ended instead. */
export async function waitForServer({ child, lastWords }: Server, connection: pg.ClientConfig): Promise<void> {
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  // On `close` and not on `exit`: by then everything it said has been read.
  child.once('close', (code, signal) => (ended = `it ended with ${code ?? signal}: ${lastWords.join(' / ')}`));
  for (;;) {
    if (ended !== undefined) throw new Error(`PostgreSQL did not start: ${ended}`);
    try {
      await createDatabase(connection);
      return;
    } catch (error) {
      if (!isStarting(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function createDatabase(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' });
  // What a call meets, the call throws. A connection that breaks between two calls fails the next one, not the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [connection.database]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(String(connection.database))}`);
  } finally {
    await client.end();
  }
}

/** No socket yet, nobody listening yet, or "the database system is starting up". */
function isStarting(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === '57P03' || code === 'ECONNRESET';
}

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
