import { randomUUID } from 'node:crypto';
import {
  TaskCapability,
  type TaskExecutionInfo,
  WorkflowCapability,
  type WorkflowExecution,
  WorkflowStatus,
} from '@flovyn/protocol/grpc';
import type { Caller } from './caller.js';
import {
  type ForeignCommand,
  TASK_KIND,
  WORKFLOW_KIND,
  completeWorkflow,
  failWorkflow,
  suspendWorkflow,
} from './commands.js';
import { eventually } from './conditions.js';
import { type HistoryLine, readHistory } from './history.js';
import { fromBytes, toBytes } from './json-bytes.js';
import { type Script, type Turn, replay } from './replayer.js';
import { type WorkerCode, createServing } from './serving.js';
import { STYLES, type StyleName } from './worker-style.js';

/** What a worker knows of an execution when it submits: its id, and the history it fetched. */
export interface TurnRef {
  readonly id: string;
  readonly events: readonly HistoryLine[];
}

/** A turn a worker was given. */
export interface Activation extends TurnRef {
  readonly execution: WorkflowExecution;
}

export interface ForeignWorkerOptions {
  readonly style?: StyleName;
  /** A new one unless given: several processes may share a name. */
  readonly name?: string;
  readonly queue: string;
  /** Kinds it registers. */
  readonly workflows?: readonly string[];
  readonly tasks?: readonly string[];
}

export interface PollSettings {
  readonly queue?: string;
  /** What it says it is; as its style has it unless given. */
  readonly as?: 'name' | 'id';
  /** Kinds it names; published workers name none. */
  readonly capabilities?: string[];
  /** Half a minute unless given. The server may answer earlier. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** A worker of another make: raw stubs, and the habits of its language. */
export interface ForeignWorker {
  readonly name: string;
  /** The UUID its registration was answered with. */
  readonly id: string;
  readonly style: StyleName;
  /** One poll; `undefined` when there was nothing. */
  pollWorkflow(settings?: PollSettings): Promise<WorkflowExecution | undefined>;
  pollTask(settings?: PollSettings): Promise<TaskExecutionInfo | undefined>;
  /** Fetches the history of what a poll gave. */
  turnOf(execution: WorkflowExecution): Promise<Activation>;
  /** Polls until there is a turn to make, and fetches its history. */
  activation(settings?: PollSettings): Promise<Activation>;
  /** Polls until there is a task to do. */
  task(settings?: PollSettings): Promise<TaskExecutionInfo>;
  /** Sends the commands of a turn, numbered as its style has it. */
  submit(turn: TurnRef, commands: readonly ForeignCommand[], status: WorkflowStatus): Promise<void>;
  /** Ends a turn that waits. */
  suspend(turn: TurnRef, commands?: readonly ForeignCommand[], reason?: string): Promise<void>;
  complete(turn: TurnRef, output?: unknown, commands?: readonly ForeignCommand[]): Promise<void>;
  fail(turn: TurnRef, error: string, failureType?: string): Promise<void>;
  /** Runs workflow code for one turn and sends what came of it. */
  play(turn: Activation, script: Script): Promise<Turn>;
  completeTask(task: TaskExecutionInfo | string, output?: unknown): Promise<void>;
  failTask(task: TaskExecutionInfo | string, error: string): Promise<void>;
  heartbeat(): Promise<void>;
  /** Works by itself until it is closed. */
  serve(code: WorkerCode): void;
  /** What went wrong while it worked by itself. */
  readonly errors: readonly unknown[];
  /** Goes away in the middle of its polls, and waits for what it still does. */
  close(): Promise<void>;
}

/** Registers a worker. Whoever connects it closes it. */
export async function connectForeignWorker(caller: Caller, options: ForeignWorkerOptions): Promise<ForeignWorker> {
  const { style = 'rust', name = `wire-${randomUUID()}`, queue } = options;
  const { workflows = [WORKFLOW_KIND], tasks = [TASK_KIND] } = options;
  const { orgId } = caller;
  const { pollsAs, numbersFrom, saysSuspended } = STYLES[style];
  const id = await register(caller, name, workflows, tasks);
  const serving = createServing(() => worker);

  const workerId = (as: 'name' | 'id' = pollsAs): string => (as === 'name' ? name : id);
  const idOf = (task: TaskExecutionInfo | string): string => (typeof task === 'string' ? task : task.taskExecutionId);

  const worker: ForeignWorker = {
    name,
    id,
    style,
    errors: serving.errors,
    async pollWorkflow({ as, capabilities = [], timeoutSeconds = 30, signal, ...settings } = {}) {
      const message = { orgId, queue, ...settings, workerId: workerId(as), timeoutSeconds };
      const reply = await caller.pollWorkflow({ ...message, workflowCapabilities: capabilities }, { signal });
      return reply.workflowExecution;
    },
    async pollTask({ as, timeoutSeconds = 30, signal, queue: polled = queue } = {}) {
      const message = { orgId, queue: polled, workerId: workerId(as), timeoutSeconds };
      return (await caller.pollTask(message, { signal })).task;
    },
    async turnOf(execution) {
      return { id: execution.id, execution, events: await readHistory(caller, execution.id) };
    },
    async activation(settings) {
      return worker.turnOf(await eventually('an execution to be given', () => worker.pollWorkflow(settings)));
    },
    task: (settings) => eventually('a task to be given', () => worker.pollTask(settings)),
    async submit({ id: workflowExecutionId, events }, commands, status) {
      const first = numbersFrom === 'one' ? 1 : events.length + 1;
      const numbered = commands.map((command, index) => ({ ...command, sequenceNumber: first + index }));
      await caller.submitWorkflowCommands({ workflowExecutionId, commands: numbered, status });
    },
    suspend(turn, commands = [], reason = 'Waiting for signal') {
      const said = saysSuspended ? [suspendWorkflow(reason)] : [];
      return worker.submit(turn, [...commands, ...said], WorkflowStatus.SUSPENDED);
    },
    complete: (turn, output = null, commands = []) =>
      worker.submit(turn, [...commands, completeWorkflow(output)], WorkflowStatus.COMPLETED),
    fail: (turn, error, failureType) => worker.submit(turn, [failWorkflow(error, failureType)], WorkflowStatus.FAILED),
    async play(turn, script) {
      const { execution, events } = turn;
      const made = await replay(script, fromBytes(execution.input), execution, events, STYLES[style]);
      const { commands, end } = made;
      if (end.type === 'suspended') await worker.suspend(turn, commands, end.reason);
      else if (end.type === 'completed') await worker.complete(turn, end.output, commands);
      else await worker.submit(turn, [...commands, failWorkflow(end.error)], WorkflowStatus.FAILED);
      return made;
    },
    async completeTask(task, output = null) {
      await caller.completeTask({ taskExecutionId: idOf(task), output: toBytes(output) });
    },
    async failTask(task, error) {
      await caller.failTask({ taskExecutionId: idOf(task), error });
    },
    async heartbeat() {
      await caller.sendHeartbeat({ workerId: id });
    },
    serve: serving.begin,
    close: serving.end,
  };
  return worker;
}

async function register(
  caller: Caller,
  workerName: string,
  workflows: readonly string[],
  tasks: readonly string[],
): Promise<string> {
  const { success, error, workerId } = await caller.registerWorker({
    workerName,
    workerVersion: '1.0.0',
    workerType: 'UNIFIED',
    orgId: caller.orgId,
    hostName: 'elsewhere',
    processId: String(process.pid),
    workflows: workflows.map((kind) => WorkflowCapability.fromPartial({ kind, name: kind, version: '1.0.0' })),
    tasks: tasks.map((kind) => TaskCapability.fromPartial({ kind, name: kind })),
  });
  if (!success) throw new Error(`The worker was not registered: ${error}`);
  return workerId;
}
