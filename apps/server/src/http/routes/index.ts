import { type Json, toJson } from '@flovyn/protocol';
import { openApiDocument } from '../documents/openapi.js';
import type { Route } from '../route.js';
import { streamAddresses } from '../stream/stream-addresses.js';
import { definitionRoutes } from './definitions.js';
import { orgRoutes } from './orgs.js';
import { promiseRoutes } from './promises.js';
import { type ServerParts, serverRoutes } from './server.js';
import { type SessionParts, sessionRoutes } from './session.js';
import type { RouteParts } from './shared.js';
import { type TicketParts, streamTicketRoutes } from './stream-tickets.js';
import { taskExecutionRoutes } from './task-executions.js';
import { taskRecordRoutes } from './tasks.js';
import { type WorkerTokenParts, workerTokenRoutes } from './worker-tokens.js';
import { workerRoutes } from './workers.js';
import { workflowActionRoutes } from './workflow-actions.js';
import { workflowExecutionRoutes } from './workflow-executions.js';
import { workflowExportRoutes } from './workflow-export.js';

export type AllParts = RouteParts &
  SessionParts &
  WorkerTokenParts &
  TicketParts &
  Omit<ServerParts, 'openApi'> & {
    readonly version: string;
  };

/** Everything the HTTP door answers but live streams, which stand beside it and in its documentation. */
export function allRoutes(parts: AllParts): readonly Route[] {
  let openApi: Json | undefined;
  const routes: readonly Route[] = [
    ...workflowExecutionRoutes(parts),
    ...workflowActionRoutes(parts),
    ...workflowExportRoutes(parts),
    ...taskExecutionRoutes(parts),
    ...taskRecordRoutes(parts),
    ...promiseRoutes(parts),
    ...workerRoutes(parts),
    ...workerTokenRoutes(parts),
    ...streamTicketRoutes(parts),
    ...definitionRoutes(parts),
    ...orgRoutes(parts),
    ...sessionRoutes(parts),
    ...serverRoutes({
      health: parts.health,
      metrics: parts.metrics,
      openApi: () => (openApi ??= toJson(openApiDocument([...routes, ...streamAddresses], parts.version))),
    }),
  ];
  return routes;
}
