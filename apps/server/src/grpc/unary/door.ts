import type { Metadata } from '@grpc/grpc-js';
import type {
  TaskExecutionServer,
  WorkerLifecycleServer,
  WorkflowDispatchServer,
  WorkflowQueryServer,
} from '@flovyn/protocol/grpc';
import type { Principal } from '../../auth/principal.js';
import type { ConnectionEnd } from '../connection-ends.js';
import type { Deliveries } from '../deliveries.js';
import { createPeers } from '../workers/peers.js';
import { createCarrier } from './call.js';
import type { UnaryHouse, UnaryParts } from './parts.js';
import { createPolls } from './polls.js';
import { taskExecution } from './task-execution/index.js';
import { workerLifecycle } from './worker-lifecycle.js';
import { workflowDispatch } from './workflow-dispatch/index.js';
import { createNotifications } from './workflow-dispatch/notifications.js';
import { workflowQuery } from './workflow-query.js';

/** The services of workers that make single calls: the published SDKs of other languages. */
export interface UnaryServices {
  readonly workflowDispatch: WorkflowDispatchServer;
  readonly workflowQuery: WorkflowQueryServer;
  readonly taskExecution: TaskExecutionServer;
  readonly workerLifecycle: WorkerLifecycleServer;
  /** A connection has ended. */
  ended(end: ConnectionEnd): void;
  /** Sends everybody home who only waits. */
  drain(): void;
}

export interface CallFacts {
  readonly principalOf: (metadata: Metadata) => Principal;
  readonly deliveries: Deliveries;
}

export function createUnaryServices(parts: UnaryParts, { principalOf, deliveries }: CallFacts): UnaryServices {
  const { engine, clock, wakeUps, presence, logger } = parts;
  const peers = createPeers();
  const polls = createPolls({ unary: engine.unary, holdMs: parts.pollHoldMs, logger });
  const notifications = createNotifications({ principalOf, wakeUps, clock });
  const house: UnaryHouse = { ...parts, peers, polls };
  const carry = createCarrier({
    principalOf,
    deliveries,
    logger,
    heard(orgId, peer) {
      const worker = peers.at(peer);
      if (worker !== undefined && worker.orgId === orgId) presence.heard(worker);
      engine.unary.heard({ orgId, peer });
    },
  });
  return {
    workflowDispatch: workflowDispatch(house, carry, notifications),
    workflowQuery: workflowQuery(house, carry),
    taskExecution: taskExecution(house, carry),
    workerLifecycle: workerLifecycle(house, carry),
    ended(end) {
      peers.forget(end.peer);
      polls.ended(end);
    },
    drain() {
      polls.drain();
      notifications.close();
    },
  };
}
