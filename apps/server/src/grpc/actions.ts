import type { ServiceDefinition } from '@grpc/grpc-js';
import {
  AgentDispatchService,
  TaskExecutionService,
  WorkerLifecycleService,
  WorkerSessionService,
  WorkflowDispatchService,
  WorkflowQueryService,
} from '@flovyn/protocol/grpc';
import type { Action } from '../auth/access.js';

/** One action per method; a missing one does not compile. */
type Actions<Service> = { readonly [Method in keyof Service as string extends Method ? never : Method]: Action };

const workflowDispatch: Actions<typeof WorkflowDispatchService> = {
  pollWorkflow: 'worker:work',
  subscribeToNotifications: 'worker:work',
  startWorkflow: 'workflow:start',
  getVisualWorkflowDefinitionById: 'worker:work',
  startChildWorkflow: 'workflow:start',
  resolvePromise: 'promise:settle',
  rejectPromise: 'promise:settle',
  signalWithStartWorkflow: 'workflow:start',
  signalWorkflow: 'workflow:signal',
  getEvents: 'workflow:view',
  submitWorkflowCommands: 'worker:work',
  reportExecutionSpans: 'worker:work',
};

const workflowQuery: Actions<typeof WorkflowQueryService> = { queryWorkflow: 'workflow:view' };

const taskExecution: Actions<typeof TaskExecutionService> = {
  submitTask: 'task:start',
  pollTask: 'worker:work',
  completeTask: 'worker:work',
  failTask: 'worker:work',
  reportProgress: 'worker:work',
  heartbeat: 'worker:work',
  cancelTask: 'task:update',
  logMessage: 'worker:work',
  getState: 'worker:work',
  setState: 'worker:work',
  clearState: 'worker:work',
  clearAllState: 'worker:work',
  getStateKeys: 'worker:work',
  streamTaskData: 'worker:work',
};

const workerLifecycle: Actions<typeof WorkerLifecycleService> = {
  registerWorker: 'worker:work',
  sendHeartbeat: 'worker:work',
};

/**
 * What each method of the gRPC door is to a person, by its path. To a worker everything here is its work. A method that
 * is not in it is closed to everybody.
 */
export const grpcActions: ReadonlyMap<string, Action> = new Map([
  ...byPath(WorkflowDispatchService, workflowDispatch),
  ...byPath(WorkflowQueryService, workflowQuery),
  ...byPath(TaskExecutionService, taskExecution),
  ...byPath(WorkerLifecycleService, workerLifecycle),
  ...onlyWorkers(WorkerSessionService),
  ...onlyWorkers(AgentDispatchService),
]);

function byPath(service: ServiceDefinition, actions: Readonly<Record<string, Action>>): (readonly [string, Action])[] {
  return Object.entries(service).flatMap(([method, { path }]) => {
    const action = actions[method];
    return action === undefined ? [] : [[path, action] as const];
  });
}

function onlyWorkers(service: ServiceDefinition): (readonly [string, Action])[] {
  return Object.values(service).map(({ path }) => [path, 'worker:work'] as const);
}
