import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../house/child.js';
import { environmentOf } from '../house/house.js';
import { startServer } from '../house/server.js';
import type { Result } from '../report/result.js';
import type { Context } from './context.js';

/** P9: from the start of all processes to the first workflow done, on an empty directory and on one that is there. */
export async function measureColdStart(context: Context): Promise<Result[]> {
  const house: [number[], number[]] = [[], []];
  const database: [number[], number[]] = [[], []];
  for (let run = 0; run < context.runs; run += 1) {
    await inDirectory(async (directory) => {
      for (const times of house) times.push(await timeHouse(join(directory, 'house')));
      for (const times of database) times.push(await timeDatabase(join(directory, 'database')));
    });
  }
  return (['first start', 'second start'] as const).map((name, index) => ({
    row: 'P9',
    measure: `${name} to first workflow done`,
    unit: 'ms',
    values: house[index] ?? [],
    floor: { name: index === 0 ? 'node, initdb, database up' : 'node, database up', values: database[index] ?? [] },
  }));
}

async function timeHouse(dataDir: string): Promise<number> {
  const ports = { httpPort: await freePort(), grpcPort: await freePort() };
  const begun = performance.now();
  const [server, worker] = await Promise.all([
    startServer({ dataDir, ...ports }),
    startChild('first-workflow', environmentOf(ports)),
  ]);
  const ms = performance.now() - begun;
  await worker.stop();
  await server.stop();
  return ms;
}

async function timeDatabase(dataDir: string): Promise<number> {
  const begun = performance.now();
  const database = await startChild('database-start', { BENCH_DATA_DIR: dataDir });
  const ms = performance.now() - begun;
  await database.stop();
  return ms;
}

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'flovyn-start-'));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A port nobody listens on: worker and server are started together and must both know it. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
