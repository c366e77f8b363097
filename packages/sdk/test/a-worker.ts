import { parseServerUrl } from '../src/worker/connection.js';
import { Worker } from '../src/worker/worker.js';
import type { WorkerOptions } from '../src/worker/worker-options.js';
import { Duration } from '../src/duration.js';
import type { TaskDefinition, WorkflowDefinition } from '../src/types.js';
import type { FakeServer } from './fake-server.js';
import { silent } from './recorded-execution.js';

type Given = Partial<Omit<WorkerOptions, 'workflows' | 'tasks'>> & {
  readonly workflows?: readonly WorkflowDefinition<never, unknown>[];
  readonly tasks?: readonly TaskDefinition<never, unknown>[];
};

/** A worker of a fake server. */
export function newWorker(server: FakeServer, { workflows = [], tasks = [], ...given }: Given): Worker {
  return new Worker({
    endpoint: parseServerUrl('http://fake:9090'),
    token: undefined,
    orgId: 'org',
    queue: 'default',
    workflows: new Map(workflows.map((one) => [one.name, one as WorkflowDefinition])),
    tasks: new Map(tasks.map((one) => [one.name, one as TaskDefinition])),
    maxWorkflows: 100,
    maxTasks: 1_000,
    maxInstances: 1_000,
    reconnection: { type: 'fixed', delay: Duration.milliseconds(1) },
    idle: { workflowMs: 5, taskMs: 5 },
    hooks: [],
    lifecycleHooks: [],
    logger: silent,
    workflowLogger: silent,
    taskLogger: silent,
    openStream: server.openStream,
    ...given,
  });
}

/** A started one. */
export async function aWorker(server: FakeServer, given: Given): Promise<Worker> {
  const worker = newWorker(server, given);
  await worker.start();
  return worker;
}
