import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRawWorker, eventually, within } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, removeDirectory, spawnServer, startServerProcess } from './support/server-process.js';
import { readSse } from './support/sse-reader.js';

const TASKS = '/api/orgs/dev/task-executions';

async function failingStart(environment: Record<string, string>): Promise<{ how: unknown; said: string }> {
  const { log, exited } = spawnServer(environment);
  const how = await within('the server to give up', exited, 60_000);
  return { how, said: log.map(({ text }) => text).join('\n') };
}

async function startTask(server: ServerProcess): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${server.http}${TASKS}`, { method: 'POST', headers, body: '{"kind":"kept"}' });
  return ((await response.json()) as { id: string }).id;
}

// The tests follow one server through its life, because starting one is what takes time.
describe('the process', () => {
  let server: ServerProcess;
  beforeAll(async () => void (server = await startServerProcess({ environment: { STREAM_WAIT_MAX: '200ms' } })));
  afterAll(() => removeDirectory(server.directory));

  it('D23 does not start without configuration', async () => {
    const { how, said } = await failingStart({});
    expect(how).toBe(1);
    expect(said).toMatch(/Nothing says who may use this server/);
  });

  it('does not start when its database is away, and says who named it', async () => {
    const { how, said } = await failingStart({ FLOVYN_DEV: '1', DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' });
    expect(how).toBe(1);
    expect(said).toBe('start failed: DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1');
  });

  it('does not start on the data of another one, and says so', async () => {
    const { how, said } = await failingStart({
      FLOVYN_DEV: '1',
      FLOVYN_DATA_DIR: server.directory,
      SERVER_PORT: '0',
      GRPC_SERVER_PORT: '0',
    });
    expect(how).toBe(1);
    expect(said).toMatch(/^start failed: The data directory .* is in use/);
    expect(said).toContain(server.directory);
  });

  it.each(['SERVER_PORT', 'GRPC_SERVER_PORT'] as const)(
    'names the variable of a port that is taken (%s), says nothing else, and leaves no database behind',
    async (variable) => {
      const directory = mkdtempSync(join(tmpdir(), 'flovyn-'));
      const port = String(variable === 'SERVER_PORT' ? server.httpPort : server.grpcPort);
      const { how, said } = await failingStart({
        FLOVYN_DEV: '1',
        FLOVYN_DATA_DIR: directory,
        SERVER_PORT: '0',
        GRPC_SERVER_PORT: '0',
        [variable]: port,
      });
      expect(how).toBe(1);
      expect(said).toBe(`${variable}: port ${port} is in use. Set another one.`);
      const files = readdirSync(directory, { recursive: true }).map(String);
      expect(files.filter((file) => file.endsWith('PG_VERSION'))).not.toEqual([]);
      expect(files.filter((file) => file.endsWith('postmaster.pid'))).toEqual([]);
      removeDirectory(directory);
    },
  );

  it('R23 says how long and how often it looked for an execution that did not come', async () => {
    const id = '7f0c0f6e-0000-4000-8000-0000000000ff';
    await fetch(`${server.http}${TASKS}/${id}/stream`);
    const isIt = ({ msg }: Readonly<Record<string, unknown>>) => msg === 'stream of an unknown execution';
    const line = await eventually('the log line', () => server.log.find(isIt));
    expect(line).toMatchObject({ id });
    expect(line['waitedMs']).toBeGreaterThanOrEqual(200);
    expect(line['looks']).toBeGreaterThan(2);
  });

  it('R04 loses nothing it has acknowledged when it is killed, and starts again on the same data', async () => {
    const started = await Promise.all(Array.from({ length: 20 }, () => startTask(server)));
    await server.kill();
    server = await startServerProcess({ directory: server.directory });
    const list = await fetch(`${server.http}${TASKS}?limit=100`);
    const { tasks } = (await list.json()) as { tasks: { id: string }[] };
    expect(tasks.map(({ id }) => id).toSorted()).toEqual(started.toSorted());
  });

  it('R34 ends at once on a second signal', async () => {
    const worker = connectRawWorker({ port: server.grpcPort });
    await worker.next('welcome');
    // A worker that does not leave keeps the server waiting for some seconds.
    process.kill(server.pid, 'SIGTERM');
    await worker.next('drain');
    process.kill(server.pid, 'SIGINT');
    expect(await within('the server to be gone', server.exited)).toBe(1);
    await worker.over;
    server = await startServerProcess({ directory: server.directory });
  });

  it('R34 stops on SIGTERM in order, and asks its readers to come back', async () => {
    const reader = await readSse(`${server.http}${TASKS}/${await startTask(server)}/stream`);
    await reader.atLeast(2);
    expect(await server.stop()).toBe(0);
    expect(reader.text()).toMatch(/retry: \d+\n\n$/);
    expect(server.log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['listening', 'stopping', 'stopped']));
    expect(server.log.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });
});
