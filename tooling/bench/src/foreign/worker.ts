import { setTimeout as pause } from 'node:timers/promises';
import {
  PollRequest,
  PollTaskRequest,
  TaskCapability,
  TaskExecutionService,
  WorkerHeartbeatRequest,
  WorkerLifecycleService,
  WorkerRegistrationRequest,
  WorkflowCapability,
  WorkflowDispatchService,
} from '@flovyn/protocol/grpc';
import { organisation } from '../house/client-options.js';
import { echo, oneTask } from '../work.js';
import { connect, unary } from './calls.js';
import { playTurn } from './turn.js';

/** A worker as they are written in other languages: single calls, one poll of each sort at a time, no cache. */
export interface ForeignWorker {
  /** Calls that were answered so far. */
  readonly calls: number;
  /** Why it has stopped to work properly, if it has. */
  readonly failure: unknown;
  close(): void;
}

/** What the published workers offer to wait, how long they rest after a poll for nothing, how often they say they live. */
const POLL_SECONDS = 60;
const REST_MS = 100;
const HEARTBEAT_MS = 30_000;

const { registerWorker, sendHeartbeat } = WorkerLifecycleService;
const { pollWorkflow, getEvents, submitWorkflowCommands } = WorkflowDispatchService;
const { pollTask, completeTask } = TaskExecutionService;

export async function startForeignWorker(address: string, name: string, queue: string): Promise<ForeignWorker> {
  const client = connect(address);
  let calls = 0;
  let failure: unknown;
  let isOpen = true;
  const call: typeof unary = async (...asked) => {
    const answer = await unary(...asked);
    calls += 1;
    return answer;
  };
  const run = (work: () => Promise<unknown>): void => {
    work().catch((error: unknown) => {
      if (isOpen) failure ??= error;
    });
  };
  /** What was polled for is worked on beside the next poll. */
  const keepPolling = async <Work>(poll: () => Promise<Work | undefined>, handle: (work: Work) => Promise<unknown>) => {
    while (isOpen) {
      const work = await poll();
      if (work === undefined) await pause(REST_MS);
      else run(() => handle(work));
    }
  };

  const { workerId } = await call(client, registerWorker, registrationOf(name));
  const asking = { orgId: organisation, queue, workerId: name, timeoutSeconds: POLL_SECONDS };
  const forTurns = PollRequest.fromPartial(asking);
  const forTasks = PollTaskRequest.fromPartial(asking);
  run(() =>
    keepPolling(
      async () => (await call(client, pollWorkflow, forTurns)).workflowExecution,
      async (execution) => {
        const { events } = await call(client, getEvents, { workflowExecutionId: execution.id });
        await call(client, submitWorkflowCommands, playTurn(execution, events));
      },
    ),
  );
  run(() =>
    keepPolling(
      async () => (await call(client, pollTask, forTasks)).task,
      ({ taskExecutionId, input: output }) => call(client, completeTask, { taskExecutionId, output }),
    ),
  );
  const beating = setInterval(() => {
    run(() => call(client, sendHeartbeat, WorkerHeartbeatRequest.fromPartial({ workerId })));
  }, HEARTBEAT_MS);

  return {
    get calls() {
      return calls;
    },
    get failure() {
      return failure;
    },
    close() {
      isOpen = false;
      clearInterval(beating);
      client.close();
    },
  };
}

function registrationOf(workerName: string): WorkerRegistrationRequest {
  return WorkerRegistrationRequest.fromPartial({
    workerName,
    workerVersion: '1.0.0',
    workerType: 'UNIFIED',
    orgId: organisation,
    hostName: 'bench',
    processId: String(process.pid),
    workflows: [WorkflowCapability.fromPartial({ kind: oneTask.name, name: oneTask.name, version: '1.0.0' })],
    tasks: [TaskCapability.fromPartial({ kind: echo.name, name: echo.name })],
  });
}
