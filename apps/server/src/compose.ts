import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Engine, type OrgId, type Store, createEngine } from '@flovyn/engine';
import { authoriser } from './auth/access.js';
import { createOrganisations } from './auth/organisations.js';
import type { Principal } from './auth/principal.js';
import { staticKeys } from './auth/static-keys.js';
import { ConfigError } from './config/config-error.js';
import type { Config } from './config/config.js';
import { developmentOrganisation } from './config/development.js';
import { type GrpcDoor, createGrpcDoor } from './grpc/server.js';
import { createConnections } from './grpc/session/connections.js';
import { createPressure } from './grpc/session/pressure.js';
import { createResults } from './grpc/session/results.js';
import { createApp } from './http/app.js';
import { createCallers } from './http/caller.js';
import { createHealthCheck } from './http/health.js';
import { createLiveStreams } from './http/live-stream-route.js';
import { problemSender } from './http/problems.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { createHttpServer } from './http/server.js';
import { createStreamAwaiter } from './http/stream/await-stream.js';
import { createStreamPlaces } from './http/stream/stream-places.js';
import { logEvents } from './observe/events.js';
import { type Logger, reporterOf } from './observe/log.js';
import { createClock } from './process/clock.js';
import { type Closers, createClosers } from './process/closers.js';
import { type Doubts, createDoubts, watchLosses } from './process/doubts.js';
import { openDatabase } from './process/open-database.js';
import { runLoop } from './process/run-loop.js';
import { createWakeUps, ids } from './process/surroundings.js';

/** 1 s: how late the commits of other processes may be seen without a bus between the processes. */
const OTHER_PROCESSES_MS = 1_000;
/** 28 min: a worker moves before the 30 min after which its connection is closed under it. */
const SESSION_AGE_MS = 28 * 60_000;
/** 3 s: answers under way are delivered in milliseconds, and what runs in workers outlives this process anyway. */
const DRAIN_MS = 3_000;

export interface RunningServer {
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Stops in order: no new work, answers under way delivered, readers asked to come back, everything closed. */
  stop(): Promise<void>;
}

/** The only place where ports meet adapters. Resolves when the server is healthy. */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const closers = createClosers();
  const close = (): Promise<void> =>
    closers.closeAll((name, error) => log.error({ err: error, name }, logEvents.closeFailed));
  try {
    const ports = await compose(config, log, closers);
    return { ...ports, stop: close };
  } catch (error: unknown) {
    await close();
    throw error;
  }
}

async function compose(config: Config, log: Logger, closers: Closers) {
  const version = readVersion();
  const doubts = createDoubts(config.wantsNats ? OTHER_PROCESSES_MS : undefined);
  closers.add('doubts', doubts.close);
  const store = watchLosses(await openDatabase(config.database, log, closers), doubts.raise);
  await store.orgs.upsert(
    config.organisations.map((organisation) => ({ ...organisation, id: organisation.id as OrgId })),
  );

  const clock = await createClock(() => Promise.resolve(Date.now()));
  closers.add('clock', clock.close);
  const leaseMs = config.sessionLeaseMs;
  // A third each: two signs of life may be lost, and a worker whose connection broke has time to come back.
  const settings = { leaseMs, heartbeatMs: Math.floor(leaseMs / 3), graceMs: Math.floor(leaseMs / 3) };
  const engine = createEngine({ store, clock, ids, wakeUps: createWakeUps(), reporter: reporterOf(log), settings });
  closers.add('engine', () => engine.close());
  for (const loop of Object.values(engine.loops)) {
    closers.add(
      'loop',
      runLoop(loop, (error) => log.warn({ err: error }, logEvents.loopFailed)),
    );
  }

  const grpc = createWorkerDoor(config, { engine, store, clock, doubts, log, version, closers });
  const grpcPort = await listen('GRPC_SERVER_PORT', config.grpcPort, () => grpc.listen(config.host, config.grpcPort));
  closers.add('grpc', () => grpc.close(DRAIN_MS));
  const http = createPeoplesDoor(config, { engine, store, doubts, log, version });
  const httpPort = await listen('SERVER_PORT', config.httpPort, () =>
    listenHttp(http.server, config.host, config.httpPort),
  );
  closers.add('http', http.close);
  http.isReady();
  return { httpPort, grpcPort };
}

interface Parts {
  readonly engine: Engine;
  readonly store: Store;
  readonly doubts: Doubts;
  readonly log: Logger;
  readonly version: string;
}

function createWorkerDoor(
  config: Config,
  { engine, store, clock, doubts, log, version, closers }: Parts & { clock: { now(): number }; closers: Closers },
): GrpcDoor {
  const pressure = createPressure(engine);
  closers.add('pressure', pressure.close);
  const anonymous: Principal = { type: 'Worker', id: 'anonymous', orgId: developmentOrganisation.id as OrgId };
  return createGrpcDoor(
    {
      recognise: staticKeys(config.auth.keys),
      anonymous: config.auth.anonymousFromLoopback ? anonymous : undefined,
      authorise: authoriser(config.auth.grpc.authorizer),
    },
    {
      engine,
      clock,
      results: createResults(engine.streams, store.queries, doubts),
      pressure,
      connections: createConnections(),
      logger: log,
      httpUrl: config.publicHttpUrl,
      version,
      maxAgeMs: SESSION_AGE_MS,
    },
  );
}

function createPeoplesDoor(config: Config, { engine, store, doubts, log, version }: Parts) {
  let isReady = false;
  const organisations = createOrganisations(store.orgs);
  const sendProblem = problemSender(log);
  const anonymous: Principal = {
    type: 'User',
    id: 'anonymous',
    orgId: developmentOrganisation.id as OrgId,
    role: 'ADMIN',
  };
  const callers = createCallers({
    recognise: staticKeys(config.auth.keys),
    anonymous: config.auth.anonymousFromLoopback ? anonymous : undefined,
    authorise: authoriser(config.auth.http.authorizer),
    organisations,
  });
  const app = createApp({
    engine,
    queries: store.queries,
    callers,
    organisations,
    health: createHealthCheck({
      store,
      engine,
      version,
      obstacles: () => (isReady ? [] : ['The server is starting or stopping.']),
      degraded: config.wantsNats ? ['nats'] : [],
    }),
    sendProblem,
    webDirectory: fileURLToPath(new URL('../../web/dist', import.meta.url)),
  });
  const streams = createLiveStreams({
    engine,
    log: store.streams,
    doubts,
    callers,
    awaiter: createStreamAwaiter({ streams: engine.streams, log: store.streams }, config.streamWaitMs),
    places: createStreamPlaces(config.limits),
    sendProblem,
    logger: log,
  });
  const server = createHttpServer((request, response) => {
    setSecurityHeaders(response);
    if (!streams.handle(request, response)) app(request, response);
  }, config.limits.socketsPerAddress);

  return {
    server,
    isReady: () => void (isReady = true),
    async close() {
      isReady = false;
      streams.close();
      await closeHttp(server);
    },
  };
}

/** Requests under way are answered; connections that only wait are closed at once. */
function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function listenHttp(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function listen(variable: string, port: number, open: () => Promise<number>): Promise<number> {
  try {
    return await open();
  } catch (error: unknown) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${variable}: the server cannot listen on port ${port}: ${why}`, { cause: error });
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
