export { PROBLEM_JSON, type PathParameter, headers, parameters, pathTo, paths } from './paths.js';
export { type ParsedBody, parseBody, parseQuery } from './parse.js';
export { parseTtl } from './ttl.js';
export { Problem, fromProblem, titleOf, toProblem } from './problem.js';
export {
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
export { CancelBody, RetryBody, WorkflowActionView } from './actions.js';
export { SignInBody } from './session.js';
export { StreamQuery, type StreamSelection, streamSelections } from './streams.js';
