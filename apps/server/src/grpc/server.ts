import { Server, ServerCredentials, type ServiceDefinition, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { WorkerSessionService, type WorkerSessionServer, serverOptions } from '@flovyn/protocol/grpc';
import type { Action } from '../auth/access.js';
import { type GuardParts, createGuard } from './guard.js';
import { laterServices, refuseAll } from './later-services.js';
import { type SessionParts, connectSession } from './session/connect.js';

export interface GrpcDoor {
  /** Resolves to the port it listens on. */
  listen(host: string, port: number): Promise<number>;
  /** Asks workers to leave, waits until they have or the deadline is over, and closes. */
  close(deadlineMs: number): Promise<void>;
}

/** What each method of the gRPC door does. Every service that is registered is in it: worker keys work, nobody else does. */
export const grpcActions: ReadonlyMap<string, Action> = new Map(
  [WorkerSessionService, ...laterServices].flatMap((service: ServiceDefinition) =>
    Object.values(service).map(({ path }) => [path, 'worker:work'] as const),
  ),
);

/** The door of workers. */
export function createGrpcDoor(auth: Omit<GuardParts, 'actions'>, session: SessionParts): GrpcDoor {
  // The library writes to standard error on its own; whatever matters comes to us as an error.
  setLogVerbosity(logVerbosity.NONE);
  const guard = createGuard({ ...auth, actions: grpcActions });
  const server = new Server({ ...serverOptions, interceptors: [guard.interceptor] });
  const implementation: WorkerSessionServer = {
    connect: (call) => connectSession(call, guard.principalOf(call.metadata), session),
  };
  server.addService(WorkerSessionService, implementation);
  for (const service of laterServices) server.addService(service, refuseAll(service));

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
        server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
          if (error === null) resolve(bound);
          else reject(error);
        });
      }),
    async close(deadlineMs) {
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
