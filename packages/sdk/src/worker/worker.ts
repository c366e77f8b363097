import type { ExecutionEnded, StartWorkflow, Welcome, WorkflowStarted } from '@flovyn/protocol/grpc';
import { ServiceError, isErrorCode } from '@flovyn/protocol';
import { ConnectionError, FlovynError, toError } from '../errors.js';
import { guardFloatingRejections } from '../replay/floating-rejections.js';
import type { Logger, TaskDefinition, WorkflowDefinition, WorkflowHook } from '../types.js';
import { AwaitedResults } from './awaited-results.js';
import { type Endpoint, callError, streamOpener } from './connection.js';
import {
  WorkerLifecycle,
  type WorkerLifecycleEventName,
  type WorkerLifecycleEvents,
  type WorkerStatus,
} from './lifecycle.js';
import { type Reconnection, reconnectDelayMs } from './reconnection.js';
import { newWorkerName, registrationOf } from './registration.js';
import type { OpenStream } from './frame-stream.js';
import { type Introduction, Session, type SessionOwner, type WorkItem } from './session.js';
import { TaskWorker } from './task-worker.js';
import { WorkflowWorker } from './workflow-worker.js';

export interface WorkerOptions {
  readonly endpoint: Endpoint;
  readonly token: string | undefined;
  readonly orgId: string;
  readonly queue: string;
  readonly workflows: ReadonlyMap<string, WorkflowDefinition>;
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  /** Turns, and attempts, at a time. */
  readonly maxWorkflows: number;
  readonly maxTasks: number;
  readonly maxInstances: number;
  readonly reconnection: Reconnection;
  readonly hooks: readonly WorkflowHook[];
  readonly logger: Logger;
  readonly workflowLogger: Logger | undefined;
  readonly taskLogger: Logger | undefined;
  /** Replaced in tests. */
  readonly openStream?: OpenStream;
}

/** The part of a worker its owner may see and steer. */
export interface WorkerHandle {
  status(): WorkerStatus;
  isRunning(): boolean;
  isConnected(): boolean;
  isPaused(): boolean;
  isReconnecting(): boolean;
  isShuttingDown(): boolean;
  serverWorkerId(): string | undefined;
  /** Takes no new work until `resume`; work in progress goes on. */
  pause(reason: string): void;
  resume(): void;
  /** Calls `listener` with every event of this name. Returns how to stop. */
  on<Name extends WorkerLifecycleEventName>(
    name: Name,
    listener: (data: WorkerLifecycleEvents[Name]) => void,
  ): () => void;
}

/** How long the first connection may take, all attempts together: a server that starts at the same time is waited for. */
const FIRST_CONNECTION_MS = 30_000;
/** 150 ms: a worker is often started beside its server, which is there in a moment. */
const FIRST_DELAY_MS = 150;
/** How long stopping waits for work in progress. */
const STOP_MS = 30_000;
/** How long it waits for a connection that is gone: without one, nothing in progress can be told to anybody. */
const STOP_APART_MS = 2_000;
const STOP_CHECK_MS = 10;

/** One worker process: a session, the workflows and the tasks it runs over it, and the results it waits for. */
export class Worker implements WorkerHandle {
  readonly #options: WorkerOptions;
  readonly #name = newWorkerName();
  readonly #lifecycle = new WorkerLifecycle();
  readonly #session: Session;
  readonly #workflows: WorkflowWorker;
  readonly #tasks: TaskWorker;
  readonly #results: AwaitedResults;
  #takesWork = true;
  #stopGuarding: () => void = () => undefined;
  #startedAt = new Date();
  #welcome: Welcome | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { logger, hooks, maxInstances } = options;
    const owner: SessionOwner = {
      introduction: () => this.#introduction(),
      welcomed: (welcome) => this.#welcomed(welcome),
      received: (item) => this.#received(item),
      disconnected: (error) => this.#disconnected(error),
      reconnecting: (attempt) => this.#reconnecting(attempt),
      gaveUp: (error) => this.#gaveUp(error),
    };
    this.#session = new Session({
      openStream: options.openStream ?? streamOpener(options.endpoint, options.token),
      owner,
      reconnection: options.reconnection,
      serverUrl: options.endpoint.serverUrl,
      logger,
    });
    this.#results = new AwaitedResults(this.#session, ({ code, message }) =>
      this.#refusal(code, message, 'Waiting for a workflow'),
    );
    this.#workflows = new WorkflowWorker({
      session: this.#session,
      definitions: options.workflows,
      maxInstances,
      hooks,
      logger,
      workflowLogger: options.workflowLogger,
      onEnded: (executionId, error) => this.#tellEnd('workflow', executionId, undefined, error),
    });
    this.#tasks = new TaskWorker({
      session: this.#session,
      definitions: options.tasks,
      logger,
      taskLogger: options.taskLogger,
      offer: (workflowExecutionId, end) => this.#workflows.offer(workflowExecutionId, end),
      onEnded: (taskId, durationMs, error) => this.#tellEnd('task', taskId, durationMs, error),
    });
  }

  /** Resolves when the server knows this worker. */
  async start(): Promise<void> {
    this.#stopGuarding = guardFloatingRejections(this.#options.logger);
    this.#lifecycle.tell('starting', { workerName: this.#name });
    this.#lifecycle.become({ state: 'registering' });
    const until = Date.now() + FIRST_CONNECTION_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#session.open();
        return;
      } catch (thrown) {
        const error = toError(thrown);
        const asked = reconnectDelayMs(this.#options.reconnection, attempt, error);
        const delay = asked === undefined ? undefined : Math.min(asked, FIRST_DELAY_MS);
        if (!ConnectionError.is(error) || delay === undefined || Date.now() + delay > until) {
          this.#session.close();
          this.#stopped({ kind: 'error', message: error.message });
          throw error;
        }
        if (attempt === 0) {
          this.#options.logger.warn(`${error.message}; waiting for it up to ${FIRST_CONNECTION_MS / 1_000} s`);
        }
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  /** Takes no new work, waits for what is in progress, says goodbye. What takes longer than 30 s is handed back. */
  async stop(): Promise<void> {
    this.#lifecycle.tell('shutting_down', { graceful: true });
    this.#setCapacity(false);
    const until = Date.now() + STOP_MS;
    this.#lifecycle.become({ state: 'shuttingDown', requestedAt: new Date(), inFlightCount: this.activeTasks });
    let together = Date.now();
    while (this.#isBusy && Date.now() < until && Date.now() - together < STOP_APART_MS) {
      await new Promise((resolve) => setTimeout(resolve, STOP_CHECK_MS));
      if (this.#session.isConnected) together = Date.now();
    }
    this.#tasks.releaseAll('The worker stopped');
    this.#session.close();
    this.#results.rejectAll(new FlovynError('Client is not started'));
    this.#stopped({ kind: 'graceful' });
  }

  get activeWorkflows(): number {
    return this.#workflows.active;
  }

  get activeTasks(): number {
    return this.#tasks.active;
  }

  /** Where the server says REST and live streams are. */
  get httpUrl(): string | undefined {
    const url = this.#welcome?.httpUrl;
    return url === '' ? undefined : url;
  }

  startWorkflow(start: StartWorkflow): Promise<WorkflowStarted> {
    return new Promise((resolve, reject) => {
      this.#session.request('startWorkflow', start, (answer) => {
        if (answer.isAccepted && answer.detail?.$case === 'started') resolve(answer.detail.value);
        else if (!answer.isAccepted) reject(this.#refusal(answer.code, answer.message, 'Starting a workflow'));
        else
          resolve({
            workflowExecutionId: start.workflowExecutionId,
            idempotencyKeyUsed: false,
            idempotencyKeyNew: true,
          });
      });
    });
  }

  /** How an execution ends, however long that takes. */
  awaitResult(workflowExecutionId: string): Promise<ExecutionEnded> {
    return this.#results.await(workflowExecutionId);
  }

  status(): WorkerStatus {
    return this.#lifecycle.status;
  }

  isRunning(): boolean {
    return this.#lifecycle.status.state === 'running';
  }

  isConnected(): boolean {
    return this.#session.isConnected;
  }

  isPaused(): boolean {
    return this.#lifecycle.status.state === 'paused';
  }

  isReconnecting(): boolean {
    return this.#lifecycle.status.state === 'reconnecting';
  }

  isShuttingDown(): boolean {
    return this.#lifecycle.status.state === 'shuttingDown';
  }

  serverWorkerId(): string | undefined {
    return this.#welcome?.workerId;
  }

  pause(reason: string): void {
    this.#lifecycle.expect('running', 'pause');
    this.#setCapacity(false);
    this.#lifecycle.become({ state: 'paused', reason });
    this.#lifecycle.tell('paused', { reason });
  }

  resume(): void {
    this.#lifecycle.expect('paused', 'resume');
    this.#setCapacity(true);
    this.#running();
    this.#lifecycle.tell('resumed', { at: new Date() });
  }

  on<Name extends WorkerLifecycleEventName>(
    name: Name,
    listener: (data: WorkerLifecycleEvents[Name]) => void,
  ): () => void {
    return this.#lifecycle.on(name, listener);
  }

  get #isBusy(): boolean {
    return this.#tasks.active > 0 || this.#workflows.active > 0 || this.#session.unanswered > 0;
  }

  #setCapacity(takesWork: boolean): void {
    this.#takesWork = takesWork;
    this.#session.send('capacity', this.#capacity());
  }

  #capacity(): { workflowCapacity: number; taskCapacity: number } {
    const { workflows, tasks, maxWorkflows, maxTasks } = this.#options;
    return {
      workflowCapacity: this.#takesWork && workflows.size > 0 ? maxWorkflows : 0,
      taskCapacity: this.#takesWork && tasks.size > 0 ? maxTasks : 0,
    };
  }

  #introduction(): Introduction {
    const { orgId, queue, workflows, tasks } = this.#options;
    const held = this.#workflows.held();
    return {
      registration: registrationOf(this.#name, orgId, workflows.values(), tasks.values()),
      queue,
      ...this.#capacity(),
      heldTurns: held.turns,
      heldAttempts: this.#tasks.held(),
      heldInstances: held.instances,
    };
  }

  #welcomed(welcome: Welcome): void {
    const isFirst = this.#welcome === undefined;
    this.#welcome = welcome;
    const lostTokens = new Set(welcome.lostClaimTokens);
    this.#tasks.reconnected(lostTokens);
    this.#workflows.reconnected(lostTokens);
    this.#results.reconnected();
    if (isFirst) this.#startedAt = new Date();
    const { state } = this.#lifecycle.status;
    if (state === 'registering' || state === 'reconnecting') this.#running();
    if (isFirst) this.#lifecycle.tell('ready', { serverWorkerId: welcome.workerId });
    else this.#lifecycle.tell('reconnected', { serverWorkerId: welcome.workerId });
  }

  #running(): void {
    const serverWorkerId = this.#welcome?.workerId;
    this.#lifecycle.become({
      state: 'running',
      startedAt: this.#startedAt,
      ...(serverWorkerId === undefined ? {} : { serverWorkerId }),
    });
  }

  #received(item: WorkItem): void {
    switch (item.$case) {
      case 'activation':
        this.#workflows.activate(item.value);
        return;
      case 'historyPage':
        this.#workflows.receivedPage(item.value);
        return;
      case 'taskAssigned':
        this.#tasks.assign(item.value);
        return;
      case 'attemptCancelled':
        this.#tasks.cancel(item.value.claimToken, item.value.reason);
        return;
      case 'query':
        this.#workflows.query(item.value);
        return;
      case 'executionEnded':
        this.#results.ended(item.value);
        return;
    }
  }

  #disconnected(error: Error): void {
    this.#options.logger.warn(`The connection to the server was lost: ${error.message}`);
    if (this.#lifecycle.status.state === 'running') {
      this.#lifecycle.become({
        state: 'reconnecting',
        attempts: 0,
        disconnectedAt: new Date(),
        lastError: error.message,
      });
    }
    this.#lifecycle.tell('disconnected', { error: error.message });
  }

  #reconnecting(attempt: number): void {
    const { status } = this.#lifecycle;
    if (status.state === 'reconnecting') this.#lifecycle.become({ ...status, attempts: attempt });
    this.#lifecycle.tell('reconnecting', { attempt });
  }

  #gaveUp(error: Error): void {
    this.#options.logger.error(`The worker stops: ${error.message}`);
    this.#results.rejectAll(error);
    this.#stopped({ kind: 'error', message: error.message });
  }

  #stopped(reason: Extract<WorkerStatus, { readonly state: 'stopped' }>['reason']): void {
    this.#stopGuarding();
    this.#lifecycle.become({ state: 'stopped', stoppedAt: new Date(), reason });
    this.#lifecycle.tell('stopped', { reason });
  }

  #tellEnd(
    workType: 'workflow' | 'task',
    executionId: string,
    durationMs: number | undefined,
    error: string | undefined,
  ): void {
    if (error !== undefined) this.#lifecycle.tell('work_failed', { workType, executionId, error });
    else if (durationMs === undefined) this.#lifecycle.tell('work_completed', { workType, executionId });
    else this.#lifecycle.tell('work_completed', { workType, executionId, durationMs });
  }

  #refusal(code: string, message: string, attempted: string): Error {
    const error = new ServiceError(isErrorCode(code) ? code : 'INTERNAL', message);
    return callError(error, this.#options.endpoint.serverUrl, attempted);
  }
}
