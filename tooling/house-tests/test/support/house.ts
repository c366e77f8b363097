import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@flovyn/client';
import { type Child, launch } from '@flovyn/testing';
import { type OldServer, hideSessions } from './without-sessions.js';

const SERVER = fileURLToPath(new URL('../../../../apps/server/dist/bin.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));

export const devOrg = '550e8400-e29b-41d4-a716-446655440000';
export const devUser = 'flovyn_sk_dev_admin';
export const devWorker = 'fwt_dev_worker';

/** A server with a database of its own, and workers, all of them real processes from the built files. */
export interface House {
  /** Such as `http://127.0.0.1:41234`; the same after the server was started again. */
  readonly http: string;
  /** Where workers connect. */
  readonly grpc: string;
  /** The address of what belongs to the development organisation. */
  readonly org: string;
  readonly dataDir: string;
  readonly client: Client;
  /** The server that was started last. */
  readonly server: Child;
  /** Starts the server again, on the same ports and the same data. */
  startServer(): Promise<Child>;
  startWorker(environment?: Readonly<Record<string, string>>): Promise<Child>;
  /** Stops all workers, the frozen ones too. */
  endWorkers(signal?: NodeJS.Signals): Promise<void>;
  /** Workers that make single calls are cut, and find a server that knows sessions. */
  showSessions(): void;
  /** A file that does not exist until it is opened: work waits for it. */
  gate(): Gate;
  /** What workers noted as really done, in order. */
  effects(): string[];
  /** Ends everything that still runs, and removes the data. Fails when a server had a fault, whatever the test saw. */
  close(): Promise<void>;
}

export interface Gate {
  readonly path: string;
  open(): void;
}

export interface HouseOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Text of the server's configuration file. Without one the server is in development mode. */
  readonly file?: string;
  /** How workers speak with the server; over a session when absent. */
  readonly line?: Line;
}

/** The two ways of workers to a server: of one that knows sessions, and of one that does not. */
export const lines = ['session', 'single calls'] as const;
export type Line = (typeof lines)[number];

export async function openHouse({ environment = {}, file, line = 'session' }: HouseOptions = {}): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), 'house-'));
  const dataDir = join(directory, 'data');
  const effects = join(directory, 'effects');
  const configFile = join(directory, 'server.toml');
  writeFileSync(effects, '');
  if (file !== undefined) writeFileSync(configFile, file);
  const servers: Child[] = [];
  const workers: Child[] = [];
  let ports = { httpPort: 0, grpcPort: 0 };
  let old: OldServer | undefined;

  const startServer = async (): Promise<Child> => {
    const child = launch(SERVER, {
      ...(file === undefined ? { FLOVYN_DEV: '1' } : { CONFIG_FILE: configFile }),
      FLOVYN_DATA_DIR: dataDir,
      SERVER_PORT: String(ports.httpPort),
      GRPC_SERVER_PORT: String(ports.grpcPort),
      LOG_LEVEL: 'info',
      ...environment,
    });
    servers.push(child);
    ports = JSON.parse(await child.line(/"httpPort"/)) as typeof ports;
    return child;
  };

  let server: Child;
  const endWorkers = async (signal?: NodeJS.Signals): Promise<void> => {
    for (const worker of workers) worker.signal('SIGCONT');
    await Promise.all(workers.map((worker) => worker.end(signal)));
  };
  const close = async (): Promise<void> => {
    // Workers without a server would wait for it. A server ends in order, or its database would have to be found.
    await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
    await Promise.all(servers.map((child) => child.end()));
    await old?.close();
    rmSync(directory, { recursive: true, force: true });
    const faults = servers.flatMap(({ lines }) => lines.filter((line) => line.includes('"level":60')));
    if (faults.length > 0) throw new Error(`A server failed in a way it did not expect:\n${faults.join('\n')}`);
  };
  try {
    server = await startServer();
  } catch (error) {
    await close();
    throw error;
  }
  const http = `http://127.0.0.1:${ports.httpPort}`;
  const direct = `http://127.0.0.1:${ports.grpcPort}`;
  if (line === 'single calls') old = await hideSessions(direct);
  const grpc = old?.grpc ?? direct;
  return {
    http,
    grpc,
    org: `${http}/api/orgs/dev`,
    dataDir,
    client: createClient({ baseUrl: http, org: 'dev', apiKey: devUser }),
    get server() {
      return server;
    },
    async startServer() {
      server = await startServer();
      return server;
    },
    async startWorker(more = {}) {
      const child = launch(WORKER, {
        FLOVYN_GRPC_SERVER_URL: grpc,
        FLOVYN_WORKER_TOKEN: devWorker,
        FLOVYN_ORG_ID: devOrg,
        HOUSE_EFFECTS: effects,
        ...more,
      });
      workers.push(child);
      await child.line(/^ready$/);
      return child;
    },
    endWorkers,
    showSessions: () => old?.renew(),
    gate() {
      const path = join(directory, `gate-${randomUUID()}`);
      return { path, open: () => writeFileSync(path, '') };
    },
    effects: () => readFileSync(effects, 'utf8').split('\n').slice(0, -1),
    close,
  };
}
