import { Metadata, credentials } from '@grpc/grpc-js';
import {
  PollRequest,
  PollTaskRequest,
  SubmitWorkflowCommandsRequest,
  TaskCapability,
  TaskExecutionClient,
  type TaskExecutionInfo,
  WorkerLifecycleClient,
  WorkerRegistrationRequest,
  WorkflowCapability,
  WorkflowDispatchClient,
  type WorkflowEvent,
  type WorkflowExecution,
  fromGrpcError,
} from '@flovyn/protocol/grpc';

type GrpcError = Error & Parameters<typeof fromGrpcError>[0];
type Done<Response> = (error: Error | null, response: Response) => void;

export interface UnaryWorker {
  register(kinds: { readonly workflows?: readonly string[]; readonly tasks?: readonly string[] }): Promise<string>;
  /** Rejects when it is given up. */
  pollWorkflow(options?: { readonly signal?: AbortSignal }): Promise<WorkflowExecution | undefined>;
  pollTask(options?: { readonly signal?: AbortSignal }): Promise<TaskExecutionInfo | undefined>;
  events(id: string): Promise<readonly WorkflowEvent[]>;
  submit(id: string, turn: Omit<Parameters<typeof SubmitWorkflowCommandsRequest.fromPartial>[0], 'id'>): Promise<void>;
  completeTask(id: string): Promise<void>;
  close(): void;
}

/** A worker that makes single calls, driven by hand. */
export function connectUnaryWorker({ port, name = 'unary', queue = '' }: UnaryWorkerOptions): UnaryWorker {
  const address = `127.0.0.1:${port}`;
  const insecure = credentials.createInsecure();
  // A connection of its own, as a process of its own would have.
  const own = { 'grpc.use_local_subchannel_pool': 1 };
  const workflows = new WorkflowDispatchClient(address, insecure, own);
  const tasks = new TaskExecutionClient(address, insecure, own);
  const lifecycle = new WorkerLifecycleClient(address, insecure, own);
  const metadata = new Metadata();
  metadata.set('authorization', 'Bearer fwt_dev_worker');
  const poll = { workerId: name, queue, timeoutSeconds: 60 };

  return {
    async register({ workflows: own = [], tasks: others = [] }) {
      const message = WorkerRegistrationRequest.fromPartial({
        workerName: name,
        workflows: own.map((kind) => WorkflowCapability.fromPartial({ kind })),
        tasks: others.map((kind) => TaskCapability.fromPartial({ kind })),
      });
      const { workerId } = await ask<{ workerId: string }>((done) => lifecycle.registerWorker(message, metadata, done));
      return workerId;
    },
    async pollWorkflow({ signal } = {}) {
      const message = PollRequest.fromPartial(poll);
      const answer = await ask<{ workflowExecution: WorkflowExecution | undefined }>(
        (done) => workflows.pollWorkflow(message, metadata, done),
        signal,
      );
      return answer.workflowExecution;
    },
    async pollTask({ signal } = {}) {
      const message = PollTaskRequest.fromPartial(poll);
      const answer = await ask<{ task: TaskExecutionInfo | undefined }>(
        (done) => tasks.pollTask(message, metadata, done),
        signal,
      );
      return answer.task;
    },
    async events(workflowExecutionId) {
      const answer = await ask<{ events: WorkflowEvent[] }>((done) =>
        workflows.getEvents({ workflowExecutionId }, metadata, done),
      );
      return answer.events;
    },
    async submit(workflowExecutionId, turn) {
      const message = SubmitWorkflowCommandsRequest.fromPartial({ workflowExecutionId, ...turn });
      await ask((done) => workflows.submitWorkflowCommands(message, metadata, done));
    },
    async completeTask(taskExecutionId) {
      await ask((done) => tasks.completeTask({ taskExecutionId, output: new Uint8Array() }, metadata, done));
    },
    close() {
      for (const client of [workflows, tasks, lifecycle]) client.close();
    },
  };
}

export interface UnaryWorkerOptions {
  readonly port: number;
  readonly name?: string;
  readonly queue?: string;
}

function ask<Response>(call: (done: Done<Response>) => { cancel(): void }, signal?: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const made = call((error, response) => {
      if (error === null) resolve(response);
      else reject(fromGrpcError(error as GrpcError));
    });
    signal?.addEventListener('abort', () => made.cancel(), { once: true });
  });
}
