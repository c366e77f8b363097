import { Metadata, status } from '@grpc/grpc-js';
import {
  type Engine,
  type EngineSettings,
  type ExecutionId,
  type Loop,
  type OrgId,
  type Polled,
  type TaskId,
  createEngine,
  createLocalWakeUps,
} from '@flovyn/engine';
import { countingIds, createMemoryStore, recordingMeter, recordingReporter } from '@flovyn/engine/memory';
import type { StreamEvent } from '@flovyn/events';
import { type Json, type RecordedEvent, ServiceError, jsonNull, toJson } from '@flovyn/protocol';
import {
  fromGrpcError,
  fromJsonBytes,
  parseWireTurn,
  toGrpcStatus,
  toJsonBytes,
  toWorkflowEvent,
} from '@flovyn/protocol/grpc';
import type { Call, DoorName, Doors, RequestOf, ResponseOf } from '../src/worker/unary/doors.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const HOLD_MS = 1_000;
/** How long a loop rests at most: short, because tests wait for what it does. */
const MOST_WAIT_MS = 5;

type Handlers = {
  readonly [Name in DoorName]: (
    request: RequestOf<Name>,
    peer: string,
    signal: AbortSignal,
  ) => Promise<ResponseOf<Name>>;
};

/** What stands between the worker and a call; what it throws is the call's answer. */
export type Intervention = (name: DoorName, request: object) => void | Promise<void>;

/** A real engine in memory, and the doors to it: single calls without a wire in between. */
export class EngineDoors {
  readonly engine: Engine;
  /** The names of all calls that were made, in order. */
  readonly calls: DoorName[] = [];
  /** How many calls of each name are under way at the moment, and were at most. */
  readonly underWay = new Map<DoorName, number>();
  readonly mostUnderWay = new Map<DoorName, number>();
  before: Intervention | undefined;
  /** The call was carried out; what is thrown here is a lost answer. */
  after: Intervention | undefined;
  /** A server of another make: no additions to the published calls, and refusals that say the bare status. */
  isForeign = false;
  /** Gives work of every kind to everybody, whatever they ask for. */
  takesAnyKind = false;
  readonly #store = createMemoryStore();
  readonly #handlers: Handlers;
  readonly #stops: (() => void)[];
  /** Puts back what an answer gave, when the answer is not read. */
  readonly #unread = new WeakMap<object, () => Promise<void>>();
  #peers = 0;

  constructor(settings: EngineSettings = {}) {
    this.engine = createEngine({
      store: this.#store,
      clock: { now: () => Date.now() },
      timer: {
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
      ids: countingIds(),
      wakeUps: createLocalWakeUps(),
      reporter: recordingReporter(),
      meter: recordingMeter(),
      settings,
    });
    this.#handlers = this.#createHandlers();
    this.#stops = Object.values(this.engine.loops).map((loop: Loop) => run(loop));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.engine.close();
  }

  /** Each opening is a connection of its own. */
  readonly open = (): Doors => {
    this.#peers += 1;
    const peer = `peer:${this.#peers}`;
    let isClosed = false;
    const call: Call = async (name, request, signal = new AbortController().signal) => {
      if (isClosed) throw new ServiceError('UNAVAILABLE', 'The doors are closed.');
      return this.#call(name, request, peer, signal);
    };
    return { call, close: () => (isClosed = true) };
  };

  count(name: DoorName): number {
    return this.calls.filter((each) => each === name).length;
  }

  async start(kind: string, input: Json = jsonNull): Promise<ExecutionId> {
    return (await this.engine.startWorkflow({ orgId, kind, input, queue: 'default' })).id;
  }

  async startTask(kind: string, input: Json = jsonNull, maxRetries = 3): Promise<TaskId> {
    const { id } = await this.engine.startTask({ orgId, kind, input, queue: 'default', retry: { maxRetries } });
    return id as string as TaskId;
  }

  signal(id: ExecutionId, signalName: string, value: unknown): Promise<unknown> {
    return this.engine.signalWorkflow({ orgId, id, signalName, signalValue: toJson(value) });
  }

  cancelTask(id: TaskId): Promise<void> {
    return this.engine.cancelTask({ orgId, id, reason: 'not needed' });
  }

  async history(id: ExecutionId): Promise<readonly RecordedEvent[]> {
    return (await this.#store.queries.history(orgId, id, {})) ?? [];
  }

  async types(id: ExecutionId): Promise<string[]> {
    return (await this.history(id)).map(({ type }) => type);
  }

  async task(id: TaskId) {
    return (await this.#store.queries.task(orgId, id))?.task;
  }

  /** What a task has shown: its output without the news. */
  async output(id: TaskId | ExecutionId): Promise<StreamEvent[]> {
    const entries = await this.#store.streams.read(id as string as ExecutionId, 0, 1_000_000);
    return entries.filter(({ kind }) => kind !== 'state').map(({ event }) => JSON.parse(event) as StreamEvent);
  }

  async #call<Name extends DoorName>(
    name: Name,
    request: RequestOf<Name>,
    peer: string,
    signal: AbortSignal,
  ): Promise<ResponseOf<Name>> {
    this.calls.push(name);
    const now = (this.underWay.get(name) ?? 0) + 1;
    this.underWay.set(name, now);
    this.mostUnderWay.set(name, Math.max(now, this.mostUnderWay.get(name) ?? 0));
    try {
      await this.before?.(name, request);
      const response = await this.#handlers[name](request, peer, signal);
      await this.after?.(name, request);
      if (!signal.aborted) return response;
      await this.#unread.get(response)?.();
      throw new ServiceError('ABORTED', 'The call was given up.');
    } catch (error) {
      throw this.isForeign ? bare(ServiceError.from(error)) : error;
    } finally {
      this.underWay.set(name, (this.underWay.get(name) ?? 1) - 1);
    }
  }

  #createHandlers(): Handlers {
    const { engine } = this;
    const { unary } = engine;
    const kinds = { workflows: new Set<string>(), tasks: new Set<string>() };
    const taskOf = (taskExecutionId: string, peer: string) => ({ orgId, peer, taskId: taskExecutionId as TaskId });
    const poll = (
      type: 'workflow' | 'task',
      worker: string,
      of: readonly string[],
      peer: string,
      signal: AbortSignal,
    ) =>
      unary.poll({
        orgId,
        peer,
        worker,
        type,
        queue: 'default',
        kinds: this.takesAnyKind ? undefined : of,
        holdMs: HOLD_MS,
        signal,
      });
    const given = <Answer extends object>(answer: Answer, polled: Polled): Answer => {
      this.#unread.set(answer, () => polled.putBack());
      return answer;
    };

    return {
      registerWorker: async ({ workerName, workflows, tasks }, peer) => {
        for (const { kind } of workflows) kinds.workflows.add(kind);
        for (const { kind } of tasks) kinds.tasks.add(kind);
        unary.registered({ orgId, peer, worker: 'worker-1' }, workerName);
        return { workerId: 'worker-1', success: true, error: undefined, workflowConflicts: [], taskConflicts: [] };
      },
      sendHeartbeat: async ({ workerId }, peer) => {
        unary.heard({ orgId, peer, worker: workerId }, true);
        return {};
      },
      pollWorkflow: async ({ workerId, workflowCapabilities }, peer, signal) => {
        const polled = await poll('workflow', workerId, workflowCapabilities, peer, signal);
        if (polled?.work.type !== 'activation') return { workflowExecution: undefined, traceparent: '' };
        const { executionId: id, kind, queue, input = jsonNull, createdAt, sequence } = polled.work;
        const times = { priorityMs: 0, createdAtMs: createdAt, workflowTaskTimeMillis: createdAt };
        const execution = { id, kind, orgId, input: toJsonBytes(input), queue, ...times, currentSequence: sequence };
        return given({ workflowExecution: execution, traceparent: '' }, polled);
      },
      pollTask: async ({ workerId }, peer, signal) => {
        const polled = await poll('task', workerId, [...kinds.tasks], peer, signal);
        if (polled?.work.type !== 'task') return { task: undefined };
        const { taskId: taskExecutionId, workflowExecutionId = '', kind, input, attempt, queue } = polled.work;
        const task = { taskExecutionId, workflowExecutionId, kind, queue, traceparent: '' };
        return given({ task: { ...task, input: toJsonBytes(input), executionCount: attempt } }, polled);
      },
      getEvents: async ({ workflowExecutionId }, peer) => {
        const executionId = workflowExecutionId as ExecutionId;
        const events = await unary.history({ orgId, peer, executionId });
        if (events === undefined) throw new ServiceError('NOT_FOUND', `There is no execution ${executionId}.`);
        const told = events.map(toWorkflowEvent);
        if (!this.isForeign) return { events: told };
        const published = events.map((event) => toWorkflowEvent(withoutAdditions(event)));
        return { events: published.map(({ timestampMs: _, ...event }) => event) };
      },
      submitWorkflowCommands: async ({ workflowExecutionId, commands, status: end }, peer) => {
        const known = this.isForeign ? commands.filter(({ commandType }) => !additions.has(commandType)) : commands;
        const turn = parseWireTurn({ commands: known, status: end });
        await unary.submitTurn({ orgId, peer, executionId: workflowExecutionId as ExecutionId, ...turn });
        return {};
      },
      startWorkflow: async ({ workflowKind: kind, input, idempotencyKey: key }) => {
        const idempotency = key === undefined ? {} : { idempotency: { key, ttlSeconds: 60 } };
        const start = { orgId, kind, input: fromJsonBytes(input), queue: 'default', ...idempotency };
        const { id, created } = await engine.startWorkflow(start);
        return { workflowExecutionId: id, idempotencyKeyUsed: key !== undefined, idempotencyKeyNew: created };
      },
      signalWorkflow: async ({ workflowExecutionId: id, signalName, signalValue }) => {
        const signal = { orgId, id: id as ExecutionId, signalName, signalValue: fromJsonBytes(signalValue) };
        return { signalEventSequence: (await engine.signalWorkflow(signal)).sequence };
      },
      completeTask: async ({ taskExecutionId, output }, peer) => {
        await unary.completeTask({ ...taskOf(taskExecutionId, peer), output: fromJsonBytes(output) });
        return {};
      },
      failTask: async ({ taskExecutionId, error }, peer) => {
        await unary.failTask({ ...taskOf(taskExecutionId, peer), error });
        return {};
      },
      cancelTask: async ({ taskExecutionId }, peer) => {
        await unary.cancelTask({ ...taskOf(taskExecutionId, peer), reason: 'Task cancelled' });
        return {};
      },
      heartbeat: async ({ taskExecutionId }, peer) => {
        await unary.heartbeatTask(taskOf(taskExecutionId, peer));
        return {};
      },
      reportProgress: async ({ taskExecutionId, progress, details }, peer) => {
        const event = toJson({ type: 'progress', progress, ...(details === '' ? {} : { details }) });
        const output = { kind: 'progress', event, timestampMs: Date.now(), progress } as const;
        await unary.stream({ ...taskOf(taskExecutionId, peer), output });
        return {};
      },
      logMessage: async ({ taskExecutionId, level, message }, peer) => {
        const line = { level: level as 'INFO', message, timestampMs: Date.now() };
        await unary.log({ ...taskOf(taskExecutionId, peer), ...line });
        return {};
      },
      streamTaskData: async ({ taskExecutionId, payload, timestampMs }, peer) => {
        const { type } = JSON.parse(payload) as { type: 'token' | 'data' | 'error' };
        const output = { kind: type, event: payload as Json, timestampMs };
        await unary.stream({ ...taskOf(taskExecutionId, peer), output });
        return { acknowledged: true };
      },
    };
  }
}

/** Runs a loop until it is stopped. */
function run(loop: Loop): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isRunning = false;
  const tick = async (): Promise<void> => {
    clearTimeout(timer);
    if (isRunning || isStopped) return;
    isRunning = true;
    const waitMs = await loop.tick();
    isRunning = false;
    if (!isStopped) timer = setTimeout(() => void tick(), Math.min(waitMs, MOST_WAIT_MS));
  };
  const stopListening = loop.onWake(() => void tick());
  void tick();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    stopListening();
  };
}

const additions: ReadonlySet<string> = new Set([
  'REQUEST_CANCEL_TASK',
  'SIGNAL_CHILD_WORKFLOW',
  'REQUEST_CANCELLATION',
]);

function withoutAdditions(event: RecordedEvent): RecordedEvent {
  const { withStart: _, ...data } = JSON.parse(event.data) as { withStart?: boolean };
  return { ...event, data: toJson(data) };
}

/** The error as a client has it of a server that says no more than a status. */
function bare({ code, message }: ServiceError): ServiceError {
  const refusal = { code: toGrpcStatus(code) ?? status.INTERNAL, details: message, metadata: new Metadata() };
  return fromGrpcError(Object.assign(new Error(message), refusal));
}
