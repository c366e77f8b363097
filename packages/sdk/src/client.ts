import { type Client, type HistoryEventView, createClient } from '@flovyn/client';
import type { StateEventPayload, StreamEvent } from '@flovyn/events';
import { isUuid } from '@flovyn/protocol';
import { v7 as newExecutionId } from 'uuid';
import { Calls, bytes } from './calls.js';
import {
  type FlovynClientOptions,
  type StartTaskOptions,
  type StartWorkflowOptions,
  concurrency,
} from './client-options.js';
import { ConfigurationError } from './errors.js';
import { guardWorkflow, unguardedLogger } from './guard-rails.js';
import { consoleLogger } from './log.js';
import { deserialize, serialize } from './serde.js';
import { StandaloneTaskHandle } from './standalone-task-handle.js';
import type { SubscribeOptions } from './streams/options.js';
import {
  type Door,
  type StateStreamEvent,
  type TaskStream,
  type TaskStreamEvent,
  type WorkflowStream,
  subscribeToTask,
  subscribeToWorkflow,
} from './streams/subscribe.js';
import type { Logger, TaskDefinition, WorkflowDefinition, WorkflowHandle } from './types.js';
import { type Endpoint, callError, parseServerUrl } from './worker/connection.js';
import { checkReconnection } from './worker/reconnection.js';
import type { WorkerHandle } from './worker/worker-handle.js';
import { Worker } from './worker/worker.js';
import { type ExecutionAccess, WorkflowHandleImpl } from './handles.js';

export type { FlovynClientOptions, StartTaskOptions, StartWorkflowOptions } from './client-options.js';

const NOT_STARTED = 'Client is not started';
const HTTP_PORT = 8000;
const IDLE_MS = 100;

/**
 * A worker and a client of one organisation: runs the workflows and tasks registered with it, starts executions and
 * follows them.
 *
 * What asks the server rejects with `AuthenticationError` when it does not accept the credentials or does not allow the
 * call, and with `FlovynError` when it refuses; `cause` is what it said. Starts of workflows, and waits for their
 * results, outlast a cut of the connection and end with the worker; everything else rejects with `ConnectionError` when
 * the server cannot be reached or does not answer within 30 s. Most calls need a started client, and throw `Error`
 * without one; the others say so.
 *
 * @example
 *   import { FlovynClient } from '@flovyn/sdk';
 *
 *   const client = new FlovynClient({ serverUrl: 'http://127.0.0.1:9090', orgId: 'dev' });
 *   client.registerWorkflow(orderWorkflow);
 *   client.registerTask(chargeCard);
 *   await client.start();
 *   const receipt = await client.executeWorkflow(orderWorkflow, order);
 *   await client.stop();
 */
export class FlovynClient {
  readonly #options: FlovynClientOptions;
  readonly #endpoint: Endpoint;
  /** A slug says nothing to the RPCs: there the credentials say whose organisation it is. */
  readonly #orgId: string;
  readonly #queue: string;
  readonly #logger: Logger;
  readonly #workflows = new Map<string, WorkflowDefinition>();
  readonly #tasks = new Map<string, TaskDefinition>();
  readonly #access: ExecutionAccess = {
    awaitResult: (id) => this.#running().awaitResult(id),
    signal: (id, name, payload) => this.signalWorkflow(id, name, payload),
    query: (id, name, args) => this.queryWorkflow(id, name, args),
    cancel: (id, reason) => this.cancelWorkflow(id, reason),
  };
  #worker: Worker | undefined;
  #calls: Calls | undefined;

  /**
   * Connects to nothing.
   *
   * @throws {ConfigurationError} when `serverUrl` or `reconnection` makes no sense.
   */
  constructor(options: FlovynClientOptions) {
    if (options.reconnection !== undefined) checkReconnection(options.reconnection);
    this.#options = options;
    this.#endpoint = parseServerUrl(options.serverUrl);
    this.#orgId = isUuid(options.orgId) ? options.orgId : '';
    this.#queue = options.queue ?? 'default';
    this.#logger = options.logger ?? consoleLogger('flovyn-client');
  }

  /**
   * The worker, while the client is started; `null` before and after. One that stopped by itself is still shown, with its
   * reason, until `stop()`.
   */
  get worker(): WorkerHandle | null {
    return this.#worker?.handle ?? null;
  }

  /**
   * Lets this worker run a workflow, children and replays included.
   *
   * @throws {Error} when the client is started, or has a workflow of this name.
   * @example
   *   client.registerWorkflow(orderWorkflow);
   */
  registerWorkflow<I, O>(definition: WorkflowDefinition<I, O>): void {
    if (this.isStarted()) throw new Error('Cannot register workflows after client has started');
    if (this.#workflows.has(definition.name)) throw new Error(`Workflow "${definition.name}" is already registered`);
    this.#workflows.set(definition.name, definition);
  }

  /**
   * Lets this worker run a task.
   *
   * @throws {Error} when the client is started, or has a task of this name.
   * @example
   *   client.registerTask(chargeCard);
   */
  registerTask<I, O>(definition: TaskDefinition<I, O>): void {
    if (this.isStarted()) throw new Error('Cannot register tasks after client has started');
    if (this.#tasks.has(definition.name)) throw new Error(`Task "${definition.name}" is already registered`);
    this.#tasks.set(definition.name, definition);
  }

  /**
   * Connects, and resolves when the server knows this worker. A server that is not there yet is waited for, 30 s at most.
   *
   * @throws {AuthenticationError} when the server does not accept the credentials.
   * @throws {ConnectionError} when it cannot be reached.
   * @throws {WorkerControlError} when a lifecycle hook prevents it, or the worker is stopped meanwhile.
   * @throws {Error} when the client is started already.
   * @example
   *   await client.start();
   *   process.once('SIGTERM', () => void client.stop());
   */
  async start(): Promise<void> {
    if (this.#worker !== undefined) throw new Error('Client is already started');
    const { workerToken, apiKey, workflowWorkerOptions, taskWorkerOptions, reconnection } = this.#options;
    const token = workerToken ?? apiKey;
    const { guardRails = false, logger: workflowLogger } = workflowWorkerOptions ?? {};
    const worker = new Worker({
      endpoint: this.#endpoint,
      token,
      orgId: this.#orgId,
      queue: this.#queue,
      workflows: guardRails ? this.#guarded(workflowLogger ?? this.#logger) : this.#workflows,
      tasks: this.#tasks,
      maxWorkflows: concurrency(workflowWorkerOptions?.maxConcurrent, 'FLOVYN_MAX_CONCURRENT_WORKFLOWS', 10),
      maxTasks: concurrency(taskWorkerOptions?.maxConcurrent, 'FLOVYN_MAX_CONCURRENT_TASKS', 20),
      maxInstances: workflowWorkerOptions?.maxInstances ?? 1_000,
      reconnection: reconnection ?? { type: 'exponential' },
      idle: {
        workflowMs: workflowWorkerOptions?.pollIntervalMs ?? IDLE_MS,
        taskMs: taskWorkerOptions?.pollIntervalMs ?? IDLE_MS,
      },
      hooks: this.#options.hooks ?? [],
      lifecycleHooks: this.#options.lifecycleHooks ?? [],
      logger: this.#logger,
      workflowLogger: guardRails && workflowLogger !== undefined ? unguardedLogger(workflowLogger) : workflowLogger,
      taskLogger: taskWorkerOptions?.logger,
    });
    this.#worker = worker;
    try {
      await worker.start();
    } catch (error) {
      // Stopped meanwhile, the client may have been started anew.
      if (this.#worker === worker) this.#worker = undefined;
      throw error;
    }
    this.#calls = new Calls(this.#endpoint, token);
  }

  /**
   * Takes no new work, waits up to 30 s for what is in progress, and disconnects. What takes longer is handed back to
   * others. The client may be started again. Nothing happens when it is not started.
   */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#stopping ??= worker.stop().finally(() => {
      this.#calls?.close();
      this.#calls = undefined;
      this.#worker = undefined;
      this.#stopping = undefined;
    });
    await this.#stopping;
  }

  #stopping: Promise<void> | undefined;

  /** Whether there is a worker: from the call of `start()`, also before it has resolved, until `stop()` has. */
  isStarted(): boolean {
    return this.#worker !== undefined;
  }

  /** How many executions have a turn on this worker at this moment; one that waits has none. */
  getActiveWorkflowExecutions(): number {
    return this.#worker?.activeWorkflows ?? 0;
  }

  /** How many attempts of tasks run on this worker at this moment. */
  getActiveTaskExecutions(): number {
    return this.#worker?.activeTasks ?? 0;
  }

  /**
   * Starts an execution. The handle comes in a box, because a handle can be awaited: an async function that returned it
   * would return its result.
   *
   * @param input - anything JSON can say, at most 2 MiB of it.
   * @throws {ConfigurationError} when it is given a name in place of a definition.
   * @example
   *   const { handle } = await client.startWorkflow(orderWorkflow, order, { idempotencyKey: `order-${order.id}` });
   *   console.log(handle.workflowId);
   */
  async startWorkflow<I, O>(
    definition: WorkflowDefinition<I, O>,
    input: I,
    options: StartWorkflowOptions = {},
  ): Promise<{ handle: WorkflowHandle<O> }> {
    const { workflowExecutionId } = await this.#running().startWorkflow({
      workflowExecutionId: newExecutionId(),
      request: {
        orgId: this.#orgId,
        workflowKind: kindOf(definition, 'workflow'),
        input: bytes(input),
        metadata: options.metadata ?? {},
        queue: options.queue ?? this.#queue,
        prioritySeconds: options.prioritySeconds ?? 0,
        workflowDefinitionId: undefined,
        parentWorkflowExecutionId: undefined,
        workflowVersion: options.workflowVersion ?? definition.version,
        idempotencyKey: options.idempotencyKey,
        idempotencyKeyTtlSeconds:
          options.idempotencyKeyTtl === undefined ? undefined : Math.ceil(options.idempotencyKeyTtl.toSeconds()),
      },
    });
    return { handle: this.getWorkflowHandle<O>(workflowExecutionId) };
  }

  /**
   * Starts an execution and waits for its output.
   *
   * @throws {WorkflowFailed} when it failed.
   * @throws {WorkflowCancelled} when it was cancelled.
   * @example
   *   const receipt = await client.executeWorkflow(orderWorkflow, order);
   */
  async executeWorkflow<I, O>(
    definition: WorkflowDefinition<I, O>,
    input: I,
    options?: StartWorkflowOptions,
  ): Promise<O> {
    const { handle } = await this.startWorkflow(definition, input, options);
    return handle.result();
  }

  /**
   * A handle on any execution, without asking whether it exists.
   *
   * @example
   *   const handle = client.getWorkflowHandle<Receipt>('0191f80f-aea2-7677-8720-91c825f9b7ff');
   *   const receipt = await handle.result();
   */
  getWorkflowHandle<O = unknown>(workflowId: string): WorkflowHandle<O> {
    this.#running();
    return new WorkflowHandleImpl<O>(this.#access, workflowId);
  }

  /**
   * Starts a task that belongs to no workflow. Needs REST, and no started client.
   *
   * @throws {ConfigurationError} when it is given a name in place of a definition.
   * @example
   *   const { handle } = await client.startTask(chargeCard, order, { maxRetries: 1 });
   *   const receipt = await handle.result();
   * @see docs/guides/standalone-tasks.md
   */
  async startTask<I, O>(
    definition: TaskDefinition<I, O>,
    input: I,
    options: StartTaskOptions = {},
  ): Promise<{ handle: StandaloneTaskHandle<O> }> {
    const client = this.#rest();
    const { idempotencyKey, metadata, scheduledAt } = options;
    const started = client.tasks.start({
      kind: kindOf(definition, 'task'),
      // REST prints the body itself: the value goes in as the JSON it becomes.
      input: JSON.parse(serialize(input)),
      queue: options.queue ?? this.#queue,
      maxRetries: options.maxRetries ?? definition.retry?.maxRetries,
      idempotencyKey,
      metadata,
      scheduledAt: scheduledAt?.toISOString(),
    });
    const { id } = await this.#explained(started, `Starting task "${definition.name}"`);
    return { handle: new StandaloneTaskHandle<O>(client, id) };
  }

  /**
   * Settles a promise, by the UUID in its `PROMISE_CREATED` event. A promise settles once: a later settling changes
   * nothing.
   *
   * @throws {FlovynError} when there is no such promise, or its execution has ended.
   * @example
   *   const { handle } = await client.startWorkflow(orderWorkflow, order);
   *   const events = await client.getWorkflowEvents(handle.workflowId);
   *   const created = events.find(({ eventType }) => eventType === 'PROMISE_CREATED');
   *   await client.resolvePromise(String(created?.data['promiseId']), { by: 'Ada' });
   */
  async resolvePromise<T>(promiseId: string, value: T): Promise<void> {
    await this.#unary().resolvePromise(promiseId, value);
  }

  /**
   * Settles a promise the other way: who waits gets `PromiseRejected` with this text.
   *
   * @throws {FlovynError} when there is no such promise, or its execution has ended.
   */
  async rejectPromise(promiseId: string, error: string): Promise<void> {
    await this.#unary().rejectPromise(promiseId, error);
  }

  /**
   * Sends an execution a signal; each call is one.
   *
   * @returns the history number of the signal.
   * @throws {FlovynError} when the execution does not exist, has ended, or has had 10,000 signals.
   * @example
   *   await client.signalWorkflow('0191f80f-aea2-7677-8720-91c825f9b7ff', 'address-changed', { street: 'High Street 1' });
   */
  async signalWorkflow<T>(workflowExecutionId: string, signalName: string, value: T): Promise<number> {
    return this.#unary().signal(this.#orgId, workflowExecutionId, signalName, value);
  }

  /**
   * Signals the live execution behind a key of the caller's, and starts it first when there is none: one step, so two
   * callers at once start one execution and leave two signals.
   *
   * @param workflowId - the key, up to 255 characters; not the id of the execution.
   * @param options - `idempotencyKey` is not looked at: the key stands for it.
   * @returns `workflowCreated`: whether this call started it.
   * @example
   *   const { workflowHandle } = await client.signalWithStartWorkflow(
   *     orderWorkflow, `order-${order.id}`, order, 'gift-wrap', { paper: 'red' },
   *   );
   */
  async signalWithStartWorkflow<I, O, S>(
    definition: WorkflowDefinition<I, O>,
    workflowId: string,
    input: I,
    signalName: string,
    signalValue: S,
    options: StartWorkflowOptions = {},
  ): Promise<{ workflowHandle: WorkflowHandle<O>; workflowCreated: boolean }> {
    const { workflowExecutionId, workflowCreated } = await this.#unary().signalWithStart({
      orgId: this.#orgId,
      workflowId,
      workflowKind: kindOf(definition, 'workflow'),
      workflowInput: bytes(input),
      queue: options.queue ?? this.#queue,
      prioritySeconds: options.prioritySeconds ?? 0,
      workflowVersion: options.workflowVersion ?? definition.version,
      metadata: options.metadata ?? {},
      signalName,
      signalValue: bytes(signalValue),
      idempotencyKeyTtlSeconds:
        options.idempotencyKeyTtl === undefined ? undefined : Math.ceil(options.idempotencyKeyTtl.toSeconds()),
    });
    return { workflowHandle: this.getWorkflowHandle<O>(workflowExecutionId), workflowCreated };
  }

  /**
   * Asks an execution a question it declared in `handlers.queries`, or for the value it keeps under this key. Answered
   * within 10 s, also after it has ended.
   *
   * @param args - anything JSON can say; `null` when absent.
   * @throws {FlovynError} when it has neither, does not exist, or the query throws.
   * @example
   *   const step = await client.queryWorkflow<string>('0191f80f-aea2-7677-8720-91c825f9b7ff', 'step');
   */
  async queryWorkflow<T = unknown>(workflowExecutionId: string, queryName: string, args?: unknown): Promise<T> {
    return this.#unary().query<T>(workflowExecutionId, queryName, args);
  }

  /**
   * Asks an execution to end. It ends as its code decides; one that never began ends at once. Needs REST, and no
   * started client.
   *
   * @throws {FlovynError} when it has ended or does not exist.
   * @example
   *   await client.cancelWorkflow('0191f80f-aea2-7677-8720-91c825f9b7ff', 'ordered twice');
   */
  async cancelWorkflow(workflowExecutionId: string, reason?: string): Promise<void> {
    const cancelled = this.#rest().workflows.cancel(workflowExecutionId, reason === undefined ? {} : { reason });
    await this.#explained(cancelled, `Cancelling workflow ${workflowExecutionId}`);
  }

  /**
   * The history of an execution so far, the oldest fact first. Needs REST, and no started client.
   *
   * @throws {FlovynError} when there is no such execution.
   * @example
   *   for (const { sequence, eventType } of await client.getWorkflowEvents('0191f80f-aea2-7677-8720-91c825f9b7ff')) {
   *     console.log(sequence, eventType);
   *   }
   */
  async getWorkflowEvents(workflowExecutionId: string): Promise<HistoryEventView[]> {
    const history = this.#rest().workflows.events(workflowExecutionId);
    const { events } = await this.#explained(history, `Reading the history of workflow ${workflowExecutionId}`);
    return events.map((event) => ({ ...event, data: deserialize<HistoryEventView['data']>(serialize(event.data)) }));
  }

  /**
   * What the tasks of an execution show, as it happens: from the beginning, in order, each entry once, also across
   * reconnects. Needs neither a started client nor a started execution: wait for `ready`, then start or signal.
   *
   * @throws {ConfigurationError} when streaming is switched off, or a time limit of it makes no sense.
   * @example
   *   const { handle } = await client.startWorkflow(orderWorkflow, order);
   *   for await (const { event } of client.subscribeWorkflowStream(handle.workflowId)) {
   *     if (event.type === 'token') process.stdout.write(event.text);
   *   }
   * @see docs/guides/read-a-stream.md
   */
  subscribeWorkflowStream(
    workflowExecutionId: string,
    options: SubscribeOptions & { includeStateEvents: true },
  ): WorkflowStream<TaskStreamEvent | StateStreamEvent>;
  subscribeWorkflowStream(workflowExecutionId: string, options?: SubscribeOptions): WorkflowStream;
  subscribeWorkflowStream(
    workflowExecutionId: string,
    options: SubscribeOptions = {},
  ): WorkflowStream<TaskStreamEvent | StateStreamEvent> {
    return subscribeToWorkflow(this.#streams(), workflowExecutionId, options);
  }

  /**
   * The same of one task, as bare events; for a task without a workflow, its id goes in twice. Ends with the task.
   *
   * @throws {ConfigurationError} when streaming is switched off, or a time limit of it makes no sense.
   * @example
   *   const { handle } = await client.startTask(chargeCard, order);
   *   for await (const event of client.subscribeTaskStream(handle.taskExecutionId, handle.taskExecutionId)) {
   *     if (event.type === 'progress') console.log(Math.round(event.progress * 100), '%');
   *   }
   */
  subscribeTaskStream(
    workflowExecutionId: string,
    taskExecutionId: string,
    options: SubscribeOptions & { includeStateEvents: true },
  ): TaskStream<StreamEvent | StateEventPayload>;
  subscribeTaskStream(workflowExecutionId: string, taskExecutionId: string, options?: SubscribeOptions): TaskStream;
  subscribeTaskStream(
    workflowExecutionId: string,
    taskExecutionId: string,
    options: SubscribeOptions = {},
  ): TaskStream<StreamEvent | StateEventPayload> {
    const ids = { workflowId: workflowExecutionId, taskId: taskExecutionId };
    return subscribeToTask(this.#streams(), ids, options);
  }

  #guarded(logger: Logger): ReadonlyMap<string, WorkflowDefinition> {
    return new Map([...this.#workflows].map(([name, definition]) => [name, guardWorkflow(definition, logger)]));
  }

  #running(): Worker {
    if (this.#worker === undefined) throw new Error(NOT_STARTED);
    return this.#worker;
  }

  #unary(): Calls {
    if (this.#calls === undefined) throw new Error(NOT_STARTED);
    return this.#calls;
  }

  async #explained<T>(call: Promise<T>, attempted: string): Promise<T> {
    try {
      return await call;
    } catch (error) {
      throw callError(error, this.#restUrl, attempted);
    }
  }

  get #restUrl(): string {
    return this.#options.httpUrl ?? this.#worker?.httpUrl ?? `http://${this.#endpoint.host}:${HTTP_PORT}`;
  }

  #streams(): Door {
    const { orgSlug, orgId, apiKey, streaming = {} } = this.#options;
    if (streaming.enabled === false) {
      throw new ConfigurationError('Streaming is switched off: set streaming.enabled of this client to true');
    }
    const baseUrl = streaming.url ?? this.#restUrl;
    return { baseUrl, org: orgSlug ?? orgId, apiKey, streaming, logger: this.#logger };
  }

  #rest(): Client {
    const { orgSlug, orgId, apiKey } = this.#options;
    return createClient({ baseUrl: this.#restUrl, org: orgSlug ?? orgId, apiKey });
  }
}

/** For callers without types: a name where a definition belongs would start a kind called "undefined". */
function kindOf(definition: unknown, type: 'workflow' | 'task'): string {
  const { name } = Object(definition) as { readonly name?: unknown };
  if (typeof name === 'string' && name !== '') return name;
  const given = typeof definition === 'string' ? `its name, "${definition}"` : typeof definition;
  throw new ConfigurationError(`A ${type} is started by its definition, as ${type}() gives it, not by ${given}`);
}
