import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadOrders } from '../programs/load.js';
import type { WorkerOrders } from '../programs/worker.js';
import { type Child, startChild } from './child.js';
import { type CpuUse, cpuMeter } from './cpu.js';
import { type Database, openDatabase } from './database.js';
import { type ServerProcess, startServer } from './server.js';

/** A server with its database, a worker and a load, each in a process of its own. */
export interface House {
  readonly server: ServerProcess;
  readonly load: Child<LoadOrders>;
  /** The server's own database, to be looked into. */
  readonly database: Database;
  /** What programs need in their environment to find the server. */
  readonly environment: Readonly<Record<string, string>>;
  cpu(): CpuUse;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const directory = await mkdtemp(join(tmpdir(), 'flovyn-bench-'));
  const closers: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const dataDir = join(directory, 'data');
    const server = await startServer({ dataDir });
    closers.push(server.stop);
    const database = await openDatabase(dataDir);
    closers.push(database.close);
    const environment = environmentOf(server);
    const worker = await startChild<WorkerOrders>('worker', environment);
    closers.push(worker.stop);
    const load = await startChild<LoadOrders>('load', environment);
    closers.push(load.stop);
    const parts = { server: server.pid, worker: worker.pid, load: load.pid };
    return { server, load, database, environment, cpu: cpuMeter(parts, server.pid), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How a program finds a server that listens on these ports. */
export function environmentOf(ports: { readonly httpPort: number; readonly grpcPort: number }): Record<string, string> {
  return { BENCH_HTTP_PORT: String(ports.httpPort), BENCH_GRPC_PORT: String(ports.grpcPort) };
}
