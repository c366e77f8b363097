import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/index.js';
import { isAlive } from '../src/embedded/process.js';

const hasLinux = process.platform === 'linux';
const fast = { fsync: 'off' };
const timeout = 20_000;

async function query(server: Pick<EmbeddedPostgres, 'connection'>, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A server process of its own, which can be killed; answers when its database runs. */
async function startInProcess(dataDir: string): Promise<{ child: ChildProcess; pid: number }> {
  const script = fileURLToPath(new URL('./embedded-process.ts', import.meta.url));
  const args = ['--conditions=@flovyn/source', '--import', 'tsx', script, dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return { child, pid: Number(line) };
}

describe('the embedded PostgreSQL', () => {
  let home: string;
  let dataDir: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'flovyn-embedded-'));
    dataDir = join(home, 'data');
  });

  afterAll(() => rm(home, { recursive: true }));

  test('is made at the first start, for nobody else to read, and keeps its data', async () => {
    const first = await startEmbeddedPostgres({ dataDir, settings: fast });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await query(first, 'create table kept as select 1 as n');
    const { pid } = first;
    await first.stop();
    expect(pid === undefined || isAlive(pid)).toBe(false);

    const second = await startEmbeddedPostgres({ dataDir, settings: fast });
    expect(await query(second, 'select n from kept')).toEqual([{ n: 1 }]);
    await second.stop();
  });

  test('is reached by its socket or with its password, not by a port that is open to all', async () => {
    const server = await startEmbeddedPostgres({ dataDir, settings: fast });
    expect(await query(server, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect((await stat(join(dataDir, 'run'))).mode & 0o077).toBe(0);
    await server.stop();
  });

  test('listens on a port of this machine, by password, where a socket path would be too long', async () => {
    const deep = join(home, 'd'.repeat(90));
    const server = await startEmbeddedPostgres({ dataDir: deep, settings: fast });
    expect(server.connection.host).toBe('127.0.0.1');
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    const guess = { connection: { ...server.connection, password: 'postgres' } };
    await expect(query(guess, 'select 1')).rejects.toThrow('password');
    await server.stop();
  });

  test('refuses a directory that another server uses, and says which', async () => {
    const server = await startEmbeddedPostgres({ dataDir, settings: fast });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `in use by another Flovyn server (process ${process.pid})`,
    );
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
  });

  test.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1, birth: '1' }],
    ['of an earlier process with the same id', { pid: process.pid, birth: 'another' }],
    ['that was cut off', undefined],
  ])('takes over a lock %s', async (_, holder) => {
    await writeFile(join(dataDir, 'server.lock'), holder === undefined ? '{"pi' : JSON.stringify(holder));
    const server = await startEmbeddedPostgres({ dataDir, settings: fast });
    await server.stop();
  });

  test('R36 starts again by itself when it is killed, and recovers', { timeout }, async () => {
    const exits: string[] = [];
    const server = await startEmbeddedPostgres({ dataDir, onExit: (reason) => exits.push(reason) });
    await query(server, 'drop table if exists killed; create table killed as select 7 as n');
    for (let round = 1; round <= 2; round++) {
      const before = server.pid;
      if (before !== undefined) process.kill(before, 'SIGKILL');
      await expect.poll(() => server.pid, { timeout }).not.toBe(before);
      await expect.poll(() => query(server, 'select n from killed').catch(() => []), { timeout }).toEqual([{ n: 7 }]);
      expect(exits).toHaveLength(round);
    }
    await server.stop();
    expect(exits).toHaveLength(2);
  });

  test(
    'R04 keeps what was stored when the server is killed, and starts anew on its directory',
    { timeout },
    async () => {
      const { child, pid } = await startInProcess(dataDir);
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`process ${child.pid}`);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const server = await startEmbeddedPostgres({ dataDir });
      expect(server.pid).not.toBe(pid);
      expect(isAlive(pid)).toBe(false);
      expect(await query(server, 'select word from stored')).toEqual([{ word: 'acknowledged' }]);
      await server.stop();
    },
  );

  test.runIf(hasLinux)('leaves no process behind when the server is killed', { timeout }, async () => {
    const { child, pid } = await startInProcess(dataDir);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(dataDir);
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout }).toBe(false);
  });

  test('ends a PostgreSQL that outlived its server', { timeout }, async () => {
    const { child, pid } = await startInProcess(dataDir);
    // Without its lock it is what a server leaves behind where nobody tells a child of its parent's death.
    await rm(join(dataDir, 'server.lock'));
    const said: string[] = [];
    const server = await startEmbeddedPostgres({ dataDir, log: (line) => said.push(line) });
    expect(said.join('\n')).toContain(`A PostgreSQL of an earlier server still runs here (process ${pid})`);
    expect(await query(server, 'select word from stored')).toEqual([{ word: 'acknowledged' }]);
    await server.stop();
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('starts over where the first start was interrupted', async () => {
    const interrupted = join(home, 'interrupted');
    const half = join(interrupted, 'postgres.unfinished', 'cluster');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'PG_VERSION'), '18');
    await writeFile(join(interrupted, 'postgres.unfinished', 'password'), 'half');
    const server = await startEmbeddedPostgres({ dataDir: interrupted, settings: fast });
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
  });
});
