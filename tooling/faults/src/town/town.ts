import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@flovyn/store-postgres';
import { type TestNats, eventually, startNats } from '@flovyn/testing';
import { type Link, type Target, openLink } from '../proxy/link.js';
import { type Keeper, keep } from './keeper.js';
import { OTHERS, OURS, type Org, configText } from './orgs.js';

const SERVER = fileURLToPath(new URL('../../../../apps/server/dist/bin.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));

/** How long a worker may be silent before others get its work: short, so that a pause can outlast it. */
export const LEASE_MS = 6_000;

export interface TownServer {
  readonly name: string;
  readonly keeper: Keeper;
  /** To its database, to NATS, and from those who call it. */
  readonly database: Link;
  readonly nats: Link;
  readonly calls: Link;
  /** From those who read its streams, who do not all come the same way. */
  readonly streams: readonly [Link, ...Link[]];
  /** Where workers connect. */
  readonly grpc: () => Target;
  /** Past all links. */
  readonly health: () => Promise<boolean>;
}

export interface TownWorker {
  readonly name: string;
  readonly org: Org;
  readonly queue: string;
  readonly keeper: Keeper;
  readonly link: Link;
}

/** Two servers on one database with NATS between them, their workers, and a link between every two of them. */
export interface Town {
  readonly folder: string;
  readonly postgres: EmbeddedPostgres;
  readonly nats: TestNats;
  readonly servers: readonly [TownServer, TownServer];
  readonly workers: readonly TownWorker[];
  readonly links: readonly Link[];
  /** All of them, or why not; for people. */
  unwell(): Promise<string[]>;
  close(): Promise<void>;
}

/** @param chance - for jitter. Everything that is written lies below the folder, which is made. */
export async function openTown(folder: string, chance: () => number): Promise<Town> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of undo.splice(0).toReversed()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  const links: Link[] = [];
  const linkTo = async (name: string, target: Target): Promise<Link> => {
    const link = await openLink({ name, target, chance });
    links.push(link);
    undo.push(() => link.close());
    return link;
  };
  try {
    mkdirSync(join(folder, 'workers'), { recursive: true });
    const config = join(folder, 'server.toml');
    writeFileSync(config, configText());
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
    undo.push(() => postgres.stop());
    const nats = await startNats();
    undo.push(() => nats.stop());

    const openServer = async (name: string): Promise<TownServer> => {
      const database = await linkTo(`database of ${name}`, targetOf(postgres));
      const heard = await linkTo(`nats of ${name}`, { port: nats.port });
      let ports = { httpPort: 0, grpcPort: 0 };
      const keeper = keep({
        name: `server ${name}`,
        file: SERVER,
        ready: /"httpPort"/,
        onReady: (line) => (ports = JSON.parse(line) as typeof ports),
        environment: () => ({
          CONFIG_FILE: config,
          DATABASE_URL: urlOf(postgres, database.port),
          NATS__ENABLED: 'true',
          NATS__URL: `nats://127.0.0.1:${heard.port}`,
          NATS__JETSTREAM: 'true',
          SERVER__HOST: '127.0.0.1',
          SERVER_PORT: String(ports.httpPort),
          GRPC_SERVER_PORT: String(ports.grpcPort),
          SESSION_LEASE: `${LEASE_MS}ms`,
          LOG_LEVEL: 'info',
        }),
      });
      undo.push(() => keeper.close());
      await eventually(`server ${name}`, () => keeper.isReady());
      return {
        name,
        keeper,
        database,
        nats: heard,
        calls: await linkTo(`calls to ${name}`, { port: ports.httpPort }),
        streams: [
          await linkTo(`streams of ${name}, east`, { port: ports.httpPort }),
          await linkTo(`streams of ${name}, north`, { port: ports.httpPort }),
          await linkTo(`streams of ${name}, west`, { port: ports.httpPort }),
        ],
        grpc: () => ({ port: ports.grpcPort }),
        health: async () => {
          const limit = AbortSignal.timeout(2_000);
          const answer = await fetch(`http://127.0.0.1:${ports.httpPort}/_/health`, { signal: limit }).catch(
            () => undefined,
          );
          const health = (await answer?.json().catch(() => undefined)) as { degraded?: string[] } | undefined;
          return answer?.status === 200 && health?.degraded?.length === 0;
        },
      };
    };
    const servers = [await openServer('a'), await openServer('b')] as const;

    const openWorker = async (name: string, org: Org, queue: string, at: TownServer): Promise<TownWorker> => {
      const link = await linkTo(`worker ${name}`, at.grpc());
      const keeper = keep({
        name: `worker ${name}`,
        file: WORKER,
        ready: /^ready$/,
        environment: (life) => ({
          FLOVYN_GRPC_SERVER_URL: `http://127.0.0.1:${link.port}`,
          FLOVYN_WORKER_TOKEN: org.worker,
          FLOVYN_ORG_ID: org.id,
          FAULTS_QUEUE: queue,
          FAULTS_SELF: `${name}.${life}`,
          FAULTS_LOG: join(folder, 'workers', `${name}.jsonl`),
        }),
      });
      undo.push(() => keeper.close());
      return { name, org, queue, keeper, link };
    };
    const [a, b] = servers;
    const workers = [
      await openWorker('w0', OURS, 'default', a),
      await openWorker('w1', OURS, 'default', b),
      await openWorker('w2', OURS, 'default', a),
      await openWorker('w3', OURS, 'side', b),
      await openWorker('w4', OTHERS, 'default', b),
    ];
    const unwell = async (): Promise<string[]> => {
      const healthy = await Promise.all(servers.map(({ health }) => health()));
      return [
        ...servers.flatMap(({ name }, index) => (healthy[index] === true ? [] : [`server ${name}`])),
        ...workers.flatMap(({ keeper }) => (keeper.isReady() ? [] : [keeper.name])),
      ];
    };
    await eventually('the town to be well', async () => (await unwell()).length === 0, 120_000);
    return { folder, postgres, nats, servers, workers, links, unwell, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function targetOf({ connection: { host = '', port = 5432 } }: EmbeddedPostgres): Target {
  return host.startsWith('/') ? { path: join(host, `.s.PGSQL.${port}`) } : { port };
}

function urlOf({ connection: { user = '', password = '', database = '' } }: EmbeddedPostgres, port: number): string {
  const url = new URL(`postgres://127.0.0.1:${port}/${database}`);
  url.username = user;
  if (typeof password === 'string') url.password = password;
  return url.toString();
}
