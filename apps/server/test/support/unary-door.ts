import { Server, ServerCredentials, credentials } from '@grpc/grpc-js';
import type { Engine, OrgId, PollRequest, Polled, UnaryDoor } from '@flovyn/engine';
import {
  TaskExecutionClient,
  TaskExecutionService,
  WorkerLifecycleClient,
  WorkerLifecycleService,
  WorkflowDispatchClient,
  WorkflowDispatchService,
} from '@flovyn/protocol/grpc';
import { pino } from 'pino';
import { vi } from 'vitest';
import type { Principal } from '../../src/auth/principal.js';
import { createDeliveries } from '../../src/grpc/deliveries.js';
import { createUnaryServices } from '../../src/grpc/unary/door.js';
import { createKnownKinds } from '../../src/grpc/workers/known-kinds.js';
import { createPresence } from '../../src/grpc/workers/presence.js';
import { createWakeUps } from '../../src/process/surroundings.js';

export const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

/** What the store knows of every worker that is asked for. */
export const registered = { workflows: ['pay'], tasks: ['mail'] };

export type UnaryDoorOnAWire = Awaited<ReturnType<typeof openDoor>>;

/** The services over a real connection, with an engine that is played by hand. */
export async function openDoor(principal: Principal = { type: 'Worker', id: 'w', orgId }) {
  const polls: { readonly request: PollRequest; readonly give: (polled: Polled | undefined) => void }[] = [];
  const unary = {
    poll: (request: PollRequest) =>
      new Promise<Polled | undefined>((resolve) => {
        polls.push({ request, give: resolve });
        setTimeout(resolve, request.holdMs, undefined);
      }),
    heard: vi.fn<UnaryDoor['heard']>(),
    registered: vi.fn<UnaryDoor['registered']>(),
    completeTask: vi.fn<UnaryDoor['completeTask']>(() => Promise.resolve()),
  };
  const seen = vi.fn<(workers: readonly { readonly workerId: string }[]) => Promise<void>>(() => Promise.resolve());
  const store = {
    register: () => Promise.resolve(),
    kindsOf: (workers: readonly unknown[]) => Promise.resolve(workers.map(() => registered)),
    seen,
    gone: () => Promise.resolve(),
  };
  const clock = { now: () => 5 };
  const wakeUps = createWakeUps();
  const kinds = createKnownKinds(store);
  const presence = createPresence(store, clock);
  const deliveries = createDeliveries();
  const services = createUnaryServices(
    {
      engine: { unary } as unknown as Engine,
      store: { queries: {}, taskState: {} } as never,
      clock,
      wakeUps,
      organisations: { of: () => Promise.resolve({ id: orgId }) } as never,
      register: () => Promise.resolve(),
      streamSchemas: {} as never,
      kinds,
      presence,
      results: { known: () => undefined },
      logger: pino({ level: 'silent' }),
      pollHoldMs: 2_000,
    },
    { principalOf: () => principal, deliveries },
  );
  const server = new Server({ interceptors: [deliveries.interceptor] });
  server.addService(WorkflowDispatchService, services.workflowDispatch);
  server.addService(TaskExecutionService, services.taskExecution);
  server.addService(WorkerLifecycleService, services.workerLifecycle);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const address = `127.0.0.1:${port}`;
  const insecure = credentials.createInsecure();
  const workflows = new WorkflowDispatchClient(address, insecure);
  const tasks = new TaskExecutionClient(address, insecure);
  const workers = new WorkerLifecycleClient(address, insecure);
  return {
    polls,
    unary,
    seen,
    presence,
    wakeUps,
    services,
    workflows,
    tasks,
    workers,
    close() {
      for (const client of [workflows, tasks, workers]) client.close();
      server.forceShutdown();
    },
  };
}
