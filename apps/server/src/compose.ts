import { readFileSync } from 'node:fs';
import { type Clock, type Loop, type OrgId, createEngine } from '@flovyn/engine';
import type { OnTrip, PostgresStore } from '@flovyn/store-postgres';
import { ConfigError } from './config/config-error.js';
import type { Config } from './config/config.js';
import { logEvents } from './observe/events.js';
import type { MetricsServer } from './http/metrics-server.js';
import { type Logger, reporterOf } from './observe/log.js';
import { createClock } from './process/clock.js';
import { type Closers, createClosers } from './process/closers.js';
import { createDoubts, watchLosses } from './process/doubts.js';
import { openDatabase } from './process/open-database.js';
import { openNeighbours } from './process/open-neighbours.js';
import { runLoop } from './process/run-loop.js';
import { callLater } from './process/delay.js';
import { createWakeUps, ids } from './process/surroundings.js';

const CLEANING_MS = 5 * 60_000;

export interface RunningServer {
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Absent when the configuration asks for no such port. */
  readonly metricsPort: number | undefined;
  /** Stops in order: no new work, answers under way delivered, readers asked to come back, everything closed. */
  stop(): Promise<void>;
}

/**
 * The only place where ports meet adapters. Resolves when the server is healthy.
 *
 * @param open - gives the database in which everything is kept; the one of the configuration when absent.
 */
export async function startServer(
  config: Config,
  log: Logger,
  open: typeof openDatabase = openDatabase,
): Promise<RunningServer> {
  const closers = createClosers();
  const close = (): Promise<void> =>
    closers.closeAll((name, error) => log.error({ err: error, name }, logEvents.closeFailed));
  try {
    const ports = await compose(config, log, closers, open);
    return { ...ports, stop: close };
  } catch (error: unknown) {
    await close();
    throw error;
  }
}

async function compose(config: Config, log: Logger, closers: Closers, open: typeof openDatabase) {
  const doubts = createDoubts();
  closers.add('doubts', doubts.close);
  // Closed after the engine: the others hear of its last commits.
  const neighbours = await openNeighbours(config.nats, doubts, log, closers);
  // Loading the doors takes about as long as the database takes to start.
  const doors = import('./doors.js');
  // Heard of below: a database that was opened must be closed again, whichever fails first.
  doors.catch(() => undefined);
  // What opening it takes is not counted: whoever counts is loaded meanwhile.
  let onTrip: OnTrip = () => undefined;
  const database = await open(config.database, log, closers, (trip) => onTrip(trip));
  const { createAuthenticators, createMetrics, createMetricsDoor, createPeoplesDoor, createWorkerDoor } = await doors;
  const version = readVersion();
  const metrics = createMetrics(version);
  ({ onTrip } = metrics);
  const store = watchLosses(database, doubts.raise);
  await store.orgs.upsert(
    config.organisations.map((organisation) => ({ ...organisation, id: organisation.id as OrgId })),
  );

  // Durable instants follow the database: several servers have several clocks.
  const clock = await createClock(() => database.now());
  closers.add('clock', clock.close);
  const leaseMs = config.sessionLeaseMs;
  // A third each: two signs of life may be lost, and a worker whose connection broke has time to come back.
  const { streamEntriesPerExecution: entries, streamBytesPerExecution: bytes } = config.limits;
  const settings = {
    leaseMs,
    heartbeatMs: Math.floor(leaseMs / 3),
    graceMs: Math.floor(leaseMs / 3),
    retention: config.streamRetention,
    streamLimits: { entries, bytes },
  };
  const wakeUps = neighbours.wakeUps(createWakeUps());
  const engine = createEngine({
    store,
    clock,
    timer: { after: callLater },
    ids,
    wakeUps,
    reporter: reporterOf(log),
    meter: metrics.meter,
    neighbours: neighbours.port,
    settings,
  });
  neighbours.watch(engine);
  metrics.watch(engine);
  closers.add('engine', () => engine.close());
  for (const loop of [...Object.values(engine.loops), cleaning(database, clock)]) {
    closers.add(
      'loop',
      runLoop(loop, (error) => log.warn({ err: error }, logEvents.loopFailed)),
    );
  }

  const authenticators = createAuthenticators(config.auth, { store, clock, ids, log });
  const house = {
    authenticators,
    engine,
    store,
    clock,
    ids,
    doubts,
    wakeUps,
    log,
    metrics,
    version,
    degraded: neighbours.degraded,
  };
  const metricsPort = await openMetrics(config, createMetricsDoor(config, house), closers);
  const workers = createWorkerDoor(config, house);
  closers.add('grpc', workers.close);
  const grpcPort = await listen('GRPC_SERVER_PORT', config.grpcPort, workers.listen);
  const people = createPeoplesDoor(config, house);
  const httpPort = await listen('SERVER_PORT', config.httpPort, people.listen);
  closers.add('http', people.close);
  return { httpPort, grpcPort, metricsPort };
}

/** Opened first and closed last: it shows how the others come and go. */
async function openMetrics({ host, metricsPort }: Config, door: MetricsServer, closers: Closers) {
  if (metricsPort === undefined) return undefined;
  const port = await listen('METRICS__PORT', metricsPort, () => door.listen(host, metricsPort));
  closers.add('metrics', door.close);
  return port;
}

/** Keys and tickets that have expired count as gone already; this only gives their room back. */
function cleaning(database: Pick<PostgresStore, 'removeExpiredKeys' | 'streamTickets'>, clock: Clock): Loop {
  return {
    async tick() {
      const now = clock.now();
      await database.removeExpiredKeys(now);
      await database.streamTickets.removeExpired(now);
      return CLEANING_MS;
    },
    onWake: () => () => undefined,
  };
}

async function listen(variable: string, port: number, open: () => Promise<number>): Promise<number> {
  try {
    return await open();
  } catch (error: unknown) {
    const why = error instanceof Error ? error.message : String(error);
    // Two libraries, two kinds of error; the name the operating system gives it is in both.
    if (why.includes('EADDRINUSE')) {
      throw new ConfigError(`${variable}: port ${port} is in use. Set another one.`, { cause: error });
    }
    throw new ConfigError(`${variable}: the server cannot listen on port ${port}: ${why}`, { cause: error });
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
