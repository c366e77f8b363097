export { PROBLEM_JSON, type PathParameter, clientPaths, headers, parameters, pathTo, paths } from './paths.js';
export { type ParsedBody, type Schema, parseBody, parseQuery } from './parse.js';
export { parseTtl } from './ttl.js';
export { Problem, fromProblem, titleOf, toProblem } from './problem.js';
export {
  ChildWorkflowView,
  ChildWorkflowsPage,
  HistoryEventPage,
  HistoryEventView,
  StartedWorkflow,
  WaitingOnView,
  WorkflowExecutionPage,
  WorkflowExecutionView,
  WorkflowStateView,
  WorkflowTasksPage,
} from './workflow-executions.js';
export { ListEventsQuery, ListWorkflowsQuery, StartWorkflowBody } from './workflow-requests.js';
export { SignalBody, SignalWithStartBody } from './signals.js';
export { SignalView, SignalWithStartView, WorkflowActionView } from './action-answers.js';
export { EXPORT_FORMAT, WorkflowExportView } from './export.js';
export { TaskExecutionPage, TaskExecutionView } from './task-executions.js';
export { ListLogsQuery, ListTasksQuery, StartTaskBody } from './task-requests.js';
export {
  AttemptPage,
  type AttemptStatus,
  AttemptView,
  type LogLevel,
  LogPage,
  LogView,
  attemptStatuses,
  logLevels,
} from './attempts.js';
export { CancelBody, RetryBody } from './actions.js';
export { RejectPromiseBody, RejectedPromiseView, ResolvePromiseBody, ResolvedPromiseView } from './promises.js';
export { ListWorkersQuery, WorkerDetailView, WorkerPage, WorkerView, workerStatuses, workerTypes } from './workers.js';
export {
  ConfigureDefinitionBody,
  DefinitionPage,
  DefinitionView,
  ListDefinitionsQuery,
  availabilityStatuses,
} from './definitions.js';
export {
  CreateWorkerTokenBody,
  ListWorkerTokensQuery,
  NewWorkerTokenView,
  WorkerTokenPage,
  WorkerTokenView,
} from './worker-tokens.js';
export { CreateOrgBody, OrgView, isOrgSlug, orgSlugRule, orgTiers } from './orgs.js';
export { SessionView, SignInBody } from './session.js';
export { AsyncApiView, ContractView, HealthView, LiveView, OpenApiView } from './server.js';
export { StreamTicketBody, StreamTicketView } from './stream-tickets.js';
export { OrgStreamQuery, StreamQuery, type StreamSelection, streamSelections } from './streams.js';
