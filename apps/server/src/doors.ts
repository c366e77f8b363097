import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Clock, Engine, Ids, OrgId, Store, WakeUps } from '@flovyn/engine';
import { authoriser } from './auth/access.js';
import { createBrowserSessions } from './auth/browser-sessions.js';
import { foreignPageRefusal } from './auth/session-cookie.js';
import type { Authenticators } from './auth/create-authenticators.js';
import { createOrganisations } from './auth/organisations.js';
import type { Principal } from './auth/principal.js';
import type { Config } from './config/config.js';
import { developmentOrganisation } from './config/development.js';
import { type GrpcDoor, createGrpcDoor } from './grpc/server.js';
import { createConnections } from './grpc/session/connections.js';
import { createPressure } from './grpc/session/pressure.js';
import { createResults } from './grpc/session/results.js';
import { createKnownKinds } from './grpc/workers/known-kinds.js';
import { createPresence } from './grpc/workers/presence.js';
import { createRegister } from './grpc/workers/register.js';
import { createStreamSchemas } from './grpc/workers/stream-schemas.js';
import { overHttp2 } from './http/app-over-http2.js';
import { createApp, routeOf } from './http/app.js';
import { createCallers } from './http/caller.js';
import { createCors } from './http/cors.js';
import { createHealthCheck } from './http/health.js';
import { createInputCheck } from './http/input-check.js';
import { createLiveStreams } from './http/live-stream-route.js';
import { closeHttp, listenHttp } from './http/listening.js';
import { type MetricsServer, createMetricsServer } from './http/metrics-server.js';
import { problemSender } from './http/problems.js';
import { allRoutes } from './http/routes/index.js';
import { createSecureHttpServer } from './http/secure-server.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { createHttpServer } from './http/server.js';
import { createStreamAwaiter } from './http/stream/await-stream.js';
import { createOrgFeeds } from './http/stream/org-feeds.js';
import { createStreamPlaces } from './http/stream/stream-places.js';
import { createStreamTickets } from './http/stream/stream-tickets.js';
import { logEvents } from './observe/events.js';
import type { Logger } from './observe/log.js';
import type { Metrics } from './observe/metrics/metrics.js';
import type { Doubts } from './process/doubts.js';
import { callLater } from './process/delay.js';
import { runLoop } from './process/run-loop.js';

/** 28 min: a worker moves before the 30 min after which its connection is closed under it. */
const SESSION_AGE_MS = 28 * 60_000;
/** 3 s: answers under way are delivered in milliseconds, and what runs in workers outlives this process anyway. */
const DRAIN_MS = 3_000;

export { createAuthenticators } from './auth/create-authenticators.js';
export { createMetrics } from './observe/metrics/metrics.js';

/** What both doors stand on. */
export interface House {
  readonly authenticators: Authenticators;
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly doubts: Doubts;
  readonly wakeUps: WakeUps;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** What is away although the configuration asks for it, by name, and why. */
  readonly degraded: () => Readonly<Record<string, string>>;
}

export interface WorkerDoor {
  /** Resolves to the port it listens on. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/** Where workers knock. */
export function createWorkerDoor(config: Config, house: House): WorkerDoor {
  const { authenticators, engine, store, clock, doubts, wakeUps, log, metrics, version } = house;
  const pressure = createPressure(engine);
  const presence = createPresence(store.workers, clock);
  const kinds = createKnownKinds(store.workers);
  const register = createRegister(store.workers, kinds, clock, log);
  const streamSchemas = createStreamSchemas(store, log);
  const results = createResults(engine.streams, store.queries, doubts, config.nats === undefined);
  const anonymous: Principal = { type: 'Worker', id: 'anonymous', orgId: developmentOrganisation.id as OrgId };
  const door: GrpcDoor = createGrpcDoor(
    {
      recognise: authenticators.grpc,
      anonymous: config.auth.anonymousFromLoopback ? anonymous : undefined,
      clock,
      authorise: authoriser(config.auth.grpc.authorizer),
    },
    {
      engine,
      clock,
      results,
      pressure,
      connections: createConnections(),
      register,
      presence,
      streamSchemas,
      logger: log,
      httpUrl: config.publicHttpUrl,
      version,
      maxAgeMs: SESSION_AGE_MS,
    },
    {
      engine,
      store,
      clock,
      wakeUps,
      organisations: createOrganisations(store.orgs),
      register,
      kinds,
      presence,
      streamSchemas,
      results,
      logger: log,
      pollHoldMs: config.pollHoldMs,
    },
    metrics.calls,
  );
  const stopTelling = runLoop(presence.loop, (error) => log.warn({ err: error }, logEvents.workersNotSeen));
  const stopLooking = runLoop(kinds.loop, (error) => log.warn({ err: error }, logEvents.kindsNotRead));
  return {
    listen: () => door.listen(config.host, config.grpcPort),
    async close() {
      await door.close(DRAIN_MS);
      await Promise.all([stopTelling(), stopLooking()]);
      pressure.close();
    },
  };
}

export interface PeoplesDoor {
  /** Resolves to the port it listens on; healthy from then on. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/** Where people and programs knock. */
export function createPeoplesDoor(config: Config, house: House): PeoplesDoor {
  const { authenticators, engine, store, clock, ids, doubts, log, metrics, version } = house;
  let isReady = false;
  const organisations = createOrganisations(store.orgs);
  const sendProblem = problemSender(log);
  const anonymous: Principal = {
    type: 'User',
    id: 'anonymous',
    orgId: developmentOrganisation.id as OrgId,
    role: 'ADMIN',
  };
  const recognise = authenticators.http;
  const sessions = createBrowserSessions(() => performance.now(), clock);
  const cors = createCors(config.cors);
  const refuseForeignPage = foreignPageRefusal(cors.mayUseSession);
  const callers = createCallers({
    recognise,
    sessions,
    refuseForeignPage,
    anonymous: config.auth.anonymousFromLoopback ? anonymous : undefined,
    authorise: authoriser(config.auth.http.authorizer),
    organisations,
  });
  const tickets = createStreamTickets({ store: store.streamTickets, clock, callers, limits: config.limits });
  const routes = allRoutes({
    engine,
    store,
    clock,
    ids,
    inputs: createInputCheck(store.workers, log),
    version,
    organisations,
    sessions,
    refuseForeignPage,
    recognise,
    callers,
    tickets,
    workerTokens: authenticators.workerTokens,
    metrics: metrics.read,
    health: createHealthCheck({
      store,
      engine,
      version,
      obstacles: () => (isReady ? [] : ['The server is starting or stopping.']),
      degraded: house.degraded,
    }),
  });
  const webDirectory = fileURLToPath(new URL('../../web/dist', import.meta.url));
  const appParts = { routes, callers, sendProblem, webDirectory };
  const app = createApp(appParts);
  const http2App = config.tls && overHttp2(createApp(appParts));
  const streams = createLiveStreams({
    engine,
    orgs: createOrgFeeds({ streams: engine.streams, doubts }, { newEpoch: () => ids.epoch(), after: callLater }),
    clock,
    log: store.streams,
    families: store.families,
    doubts,
    callers,
    tickets,
    awaiter: createStreamAwaiter({ streams: engine.streams, log: store.streams }, config.streamWaitMs),
    places: createStreamPlaces(config.limits),
    sendProblem,
    requests: metrics.requests,
    logger: log,
  });
  const answer: RequestListener = (request, response) => {
    setSecurityHeaders(response);
    if (cors.answers(request, response)) return;
    if (streams.handle(request, response)) return;
    metrics.requests.asked(request, response, () => routeOf(request));
    if (request.httpVersionMajor === 2) http2App?.(request, response);
    else app(request, response);
  };
  const { socketsPerAddress } = config.limits;
  const server =
    config.tls === undefined
      ? createHttpServer(answer, socketsPerAddress)
      : createSecureHttpServer(answer, socketsPerAddress, config.tls);

  return {
    async listen() {
      const port = await listenHttp(server, config.host, config.httpPort);
      isReady = true;
      return port;
    },
    async close() {
      isReady = false;
      streams.close();
      await closeHttp(server, DRAIN_MS);
    },
  };
}

/** Where those knock who only look at numbers. */
export function createMetricsDoor(config: Config, { metrics, log }: Pick<House, 'metrics' | 'log'>): MetricsServer {
  const { socketsPerAddress } = config.limits;
  return createMetricsServer({ read: metrics.read, sendProblem: problemSender(log), socketsPerAddress });
}
