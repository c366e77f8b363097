import { Server, ServerCredentials, type ServerInterceptor, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import {
  TaskExecutionService,
  WorkerLifecycleService,
  WorkerSessionService,
  type WorkerSessionServer,
  WorkflowDispatchService,
  WorkflowQueryService,
  serverOptions,
} from '@flovyn/protocol/grpc';
import { grpcActions } from './actions.js';
import { watchConnectionEnds } from './connection-ends.js';
import { createDeliveries } from './deliveries.js';
import { type GuardParts, createGuard } from './guard.js';
import { laterServices, refuseAll } from './later-services.js';
import { type SessionParts, connectSession } from './session/connect.js';
import { createUnaryServices } from './unary/door.js';
import type { UnaryParts } from './unary/parts.js';

export interface GrpcDoor {
  /** Resolves to the port it listens on. */
  listen(host: string, port: number): Promise<number>;
  /** Asks workers to leave, waits until they have or the deadline is over, and closes. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * The door of workers: the stream of our own SDK, and the single calls of all others.
 *
 * @param counting - hears of every call, also of those that are not let in.
 */
export function createGrpcDoor(
  auth: Omit<GuardParts, 'actions'>,
  session: SessionParts,
  unaryParts: UnaryParts,
  counting: ServerInterceptor,
): GrpcDoor {
  // The library writes to standard error on its own; whatever matters comes to us as an error.
  setLogVerbosity(logVerbosity.NONE);
  const guard = createGuard({ ...auth, actions: grpcActions });
  const deliveries = createDeliveries();
  const server = new Server({ ...serverOptions, interceptors: [counting, guard.interceptor, deliveries.interceptor] });
  const sessions: WorkerSessionServer = {
    connect: (call) => connectSession(call, guard.principalOf(call.metadata), session),
  };
  const unary = createUnaryServices(unaryParts, { principalOf: guard.principalOf, deliveries });
  server.addService(WorkerSessionService, sessions);
  server.addService(WorkflowDispatchService, unary.workflowDispatch);
  server.addService(WorkflowQueryService, unary.workflowQuery);
  server.addService(TaskExecutionService, unary.taskExecution);
  server.addService(WorkerLifecycleService, unary.workerLifecycle);
  for (const service of laterServices) server.addService(service, refuseAll(service));
  let stopWatching: () => void = () => undefined;

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
        server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
          if (error !== null) return reject(error);
          stopWatching = watchConnectionEnds(bound, unary.ended);
          resolve(bound);
        });
      }),
    async close(deadlineMs) {
      stopWatching();
      unary.drain();
      await session.connections.drainAll('The server is stopping', deadlineMs);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => server.forceShutdown(), 1_000);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
