import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from '../src/index.js';
import { isAlive } from '../src/embedded/process.js';

const hasLinux = process.platform === 'linux';
const fast = { fsync: 'off' };

async function query(server: Pick<EmbeddedPostgres, 'connection'>, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  let home: string;
  let dataDir: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'flovyn-embedded-'));
    dataDir = join(home, 'data');
  });

  const servers: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];

  /** What a test started is ended with it, however it went. */
  async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres(options);
    servers.push(server);
    return server;
  }

  /** A server process of its own, which can be killed; answers when its database runs. */
  async function startInProcess(): Promise<{ child: ChildProcess; pid: number }> {
    const script = fileURLToPath(new URL('./embedded-process.ts', import.meta.url));
    const args = ['--conditions=@flovyn/source', '--import', 'tsx', script, dataDir];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return { child, pid: Number(line) };
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  afterEach(async () => {
    await Promise.all(children.splice(0).map(kill));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  afterAll(() => rm(home, { recursive: true }));

  test('is made at the first start, for nobody else to read, and keeps its data', async () => {
    const first = await start({ dataDir, settings: fast });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await query(first, 'create table kept as select 1 as n');
    const { pid } = first;
    await first.stop();
    expect(pid === undefined || isAlive(pid)).toBe(false);

    const second = await start({ dataDir, settings: fast });
    expect(await query(second, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  test('is reached by its socket or with its password, not by a port that is open to all', async () => {
    const server = await start({ dataDir, settings: fast });
    expect(await query(server, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect((await stat(join(dataDir, 'run'))).mode & 0o077).toBe(0);
  });

  test('listens on a port of this machine, by password, where a socket path would be too long', async () => {
    const deep = join(home, 'd'.repeat(90));
    const server = await start({ dataDir: deep, settings: fast });
    expect(server.connection.host).toBe('127.0.0.1');
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    const guess = { connection: { ...server.connection, password: 'postgres' } };
    await expect(query(guess, 'select 1')).rejects.toThrow('password');
  });

  test('says which setting to change when the directory cannot be made', async () => {
    const file = join(home, 'a-file');
    await writeFile(file, '');
    await expect(start({ dataDir: file })).rejects.toThrow(/a-file cannot be made.*FLOVYN_DATA_DIR/);
  });

  test('refuses a directory that another server uses, and says which', async () => {
    const server = await start({ dataDir, settings: fast });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `in use by another Flovyn server (process ${process.pid})`,
    );
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  test.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1, birth: '1' }],
    ['of an earlier process with the same id', { pid: process.pid, birth: 'another' }],
    ['that was cut off', undefined],
  ])('takes over a lock %s', async (_, holder) => {
    await writeFile(join(dataDir, 'server.lock'), holder === undefined ? '{"pi' : JSON.stringify(holder));
    await start({ dataDir, settings: fast });
  });

  test('R36 starts again by itself when it is killed, and recovers', async () => {
    const exits: string[] = [];
    const server = await start({ dataDir, onExit: (reason) => exits.push(reason) });
    await query(server, 'drop table if exists killed; create table killed as select 7 as n');
    for (let round = 1; round <= 2; round++) {
      const before = server.pid;
      if (before !== undefined) process.kill(before, 'SIGKILL');
      await expect.poll(() => server.pid ?? before).not.toBe(before);
      await expect.poll(() => query(server, 'select n from killed').catch(() => [])).toEqual([{ n: 7 }]);
      expect(exits).toHaveLength(round);
    }
    await server.stop();
    expect(exits).toHaveLength(2);
  });

  test('R04 keeps what was stored when the server is killed, and starts anew on its directory', async () => {
    const { child, pid } = await startInProcess();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`process ${child.pid}`);
    await kill(child);
    const server = await start({ dataDir });
    expect(server.pid).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
    expect(await query(server, 'select word from stored')).toEqual([{ word: 'acknowledged' }]);
    await server.stop();
  });

  test('waits for what a killed PostgreSQL has left behind', async () => {
    for (let round = 0; round < 3; round++) {
      const { child, pid } = await startInProcess();
      // Both at once: the processes below PostgreSQL learn of it only when they look.
      process.kill(pid, 'SIGKILL');
      await kill(child);
      const server = await start({ dataDir });
      expect(await query(server, 'select word from stored')).toEqual([{ word: 'acknowledged' }]);
      await server.stop();
    }
  });

  test.runIf(hasLinux)('leaves no process behind when the server is killed', async () => {
    const { child, pid } = await startInProcess();
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(dataDir);
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('ends a PostgreSQL that outlived its server', async () => {
    const { child, pid } = await startInProcess();
    // Without its lock it is what a server leaves behind where nobody tells a child of its parent's death. Frozen, as it
    // would start its PostgreSQL again.
    child.kill('SIGSTOP');
    await rm(join(dataDir, 'server.lock'));
    const said: string[] = [];
    const server = await start({ dataDir, log: (line) => said.push(line) });
    expect(said.join('\n')).toContain(`A PostgreSQL of an earlier server still runs here (process ${pid})`);
    expect(await query(server, 'select word from stored')).toEqual([{ word: 'acknowledged' }]);
    await server.stop();
    await kill(child);
  });

  test('says why PostgreSQL does not start, and lets the directory go', async () => {
    const settings = { shared_buffers: 'much' };
    await expect(startEmbeddedPostgres({ dataDir, settings })).rejects.toThrow('invalid value for parameter');
    await start({ dataDir, settings: fast });
  });

  test.runIf(hasLinux)('is not reached by the signals of our terminal', async () => {
    const server = await start({ dataDir, settings: fast });
    // The fields after the name: state, parent, group.
    const groupOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    expect(groupOf(server.pid ?? 0)).not.toBe(groupOf(process.pid));
  });

  test.runIf(hasLinux)('takes over from an earlier PostgreSQL whose process id is another program by now', async () => {
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.ppid}\n${dataDir}/postgres\n`);
    const server = await start({ dataDir, settings: fast });
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  test('starts over where the first start was interrupted', async () => {
    const interrupted = join(home, 'interrupted');
    const half = join(interrupted, 'postgres.unfinished', 'cluster');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'PG_VERSION'), '18');
    await writeFile(join(interrupted, 'postgres.unfinished', 'password'), 'half');
    const server = await start({ dataDir: interrupted, settings: fast });
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});
