/** The addresses that `@flovyn/client` calls: by themselves, so that a browser loads no others. */
export const clientPaths = {
  orgStream: '/api/orgs/:org/stream',

  workflowExecutions: '/api/orgs/:org/workflow-executions',
  workflowExecution: '/api/orgs/:org/workflow-executions/:id',
  workflowEvents: '/api/orgs/:org/workflow-executions/:id/events',
  workflowState: '/api/orgs/:org/workflow-executions/:id/state',
  workflowTasks: '/api/orgs/:org/workflow-executions/:id/tasks',
  workflowChildren: '/api/orgs/:org/workflow-executions/:id/children',
  workflowCancel: '/api/orgs/:org/workflow-executions/:id/cancel',
  workflowRetry: '/api/orgs/:org/workflow-executions/:id/retry',
  workflowSignal: '/api/orgs/:org/workflow-executions/:id/signal',
  signalWithStart: '/api/orgs/:org/workflow-executions/signal-with-start',
  workflowStream: '/api/orgs/:org/workflow-executions/:id/stream',
  workflowConsolidatedStream: '/api/orgs/:org/workflow-executions/:id/stream/consolidated',

  taskExecutions: '/api/orgs/:org/task-executions',
  taskExecution: '/api/orgs/:org/task-executions/:id',
  taskCancel: '/api/orgs/:org/task-executions/:id/cancel',
  taskRetry: '/api/orgs/:org/task-executions/:id/retry',
  taskAttempts: '/api/orgs/:org/task-executions/:id/attempts',
  taskLogs: '/api/orgs/:org/task-executions/:id/logs',
  taskStream: '/api/orgs/:org/task-executions/:id/stream',

  promiseResolve: '/api/orgs/:org/promises/:identifier/resolve',
  promiseReject: '/api/orgs/:org/promises/:identifier/reject',
} as const;

/** Every address of the REST interface, with its parameters named. Servers mount these, clients fill them in. */
export const paths = {
  ...clientPaths,

  health: '/_/health',
  live: '/_/live',
  metrics: '/_/metrics',
  docs: '/api/docs',
  openApi: '/api/docs/openapi.json',
  asyncApi: '/api/docs/asyncapi',
  asyncApiYaml: '/api/docs/asyncapi.yaml',
  asyncApiJson: '/api/docs/asyncapi.json',
  docsAsset: '/api/docs/assets/:file',
  errorPage: '/api/docs/errors/:slug',
  contract: '/api/contract',
  session: '/api/session',

  orgs: '/api/orgs',
  org: '/api/orgs/:org',
  workerTokens: '/api/orgs/:org/worker-tokens',
  workerToken: '/api/orgs/:org/worker-tokens/:id',
  streamTickets: '/api/orgs/:org/stream-tickets',
  workflowExport: '/api/orgs/:org/workflow-executions/:id/export',
  workflowTaskAttempts: '/api/orgs/:org/workflow-executions/:id/tasks/:taskId/attempts',
  workflowTaskLogs: '/api/orgs/:org/workflow-executions/:id/tasks/:taskId/logs',

  workers: '/api/orgs/:org/workers',
  worker: '/api/orgs/:org/workers/:id',
  workflowDefinitions: '/api/orgs/:org/workflow-definitions',
  workflowDefinition: '/api/orgs/:org/workflow-definitions/:kind',
  workflowConfiguration: '/api/orgs/:org/workflow-definitions/:kind/configuration',
  taskDefinitions: '/api/orgs/:org/task-definitions',
  taskDefinition: '/api/orgs/:org/task-definitions/:kind',
  taskConfiguration: '/api/orgs/:org/task-definitions/:kind/configuration',
} as const;

/** The names a path has in it: `org` and `id` of `/api/orgs/:org/workflow-executions/:id`. */
export type PathParameter<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathParameter<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/**
 * A path with its parameters filled in and encoded. `org` is the slug or the id of an organisation.
 *
 * @example
 *   pathTo(paths.workflowExecution, { org: 'dev', id });
 */
export function pathTo<Path extends string>(
  path: Path,
  parameters: Readonly<Record<PathParameter<Path>, string>>,
): string {
  const values: Readonly<Record<string, string>> = parameters;
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

/** The header names that mean something to us, in lower case. */
export const headers = {
  authorization: 'authorization',
  /** Meant to repeat the answer of an earlier POST; servers so far refuse it, starts take `idempotencyKey` in the body. */
  idempotencyKey: 'idempotency-key',
  /** Where a reader of a stream goes on. */
  lastEventId: 'last-event-id',
  retryAfter: 'retry-after',
} as const;

/** The query parameters of lists, histories, logs and streams. */
export const parameters = {
  status: 'status',
  kind: 'kind',
  queue: 'queue',
  limit: 'limit',
  offset: 'offset',
  cursor: 'cursor',
  query: 'query',
  /** Followed by the name of the field: `metadata.customer`. */
  metadataPrefix: 'metadata.',
  sinceSequence: 'sinceSequence',
  beforeSequence: 'beforeSequence',
  level: 'level',
  types: 'types',
  format: 'format',
  lastEventId: 'lastEventId',
  ticket: 'ticket',
  entity: 'entity',
} as const;

/** The content type of errors. */
export const PROBLEM_JSON = 'application/problem+json';
