import type { ExecutionEnded, StartWorkflow, WorkflowStarted } from '@flovyn/protocol/grpc';
import { ServiceError, isErrorCode } from '@flovyn/protocol';
import { FlovynError, toError } from '../errors.js';
import { guardFloatingRejections } from '../replay/floating-rejections.js';
import { AskedStarts } from './asked-starts.js';
import { AwaitedResults } from './awaited-results.js';
import { callError } from './connection.js';
import { openLine } from './either-line.js';
import { connectFirst } from './first-connection.js';
import { Insistence } from './insistence.js';
import { Intake } from './intake.js';
import { LastWork } from './last-work.js';
import { type Greeting, newWorkerName } from './registration.js';
import type { SessionOwner, WorkItem } from './session-owner.js';
import { Session } from './session.js';
import { refusal } from './status-machine.js';
import { TaskWorker } from './task-worker.js';
import { WorkerControl } from './worker-control.js';
import type { WorkerHandle } from './worker-handle.js';
import { WorkerLife } from './worker-life.js';
import type { WorkerOptions } from './worker-options.js';
import type { StopReason } from './worker-status.js';
import { WorkflowWorker } from './workflow-worker.js';

/** One worker process: a session, the workflows and the tasks it runs over it, and the results it waits for. */
export class Worker {
  /** What its owner sees and steers. */
  readonly handle: WorkerHandle;
  readonly #options: WorkerOptions;
  readonly #intake: Intake;
  readonly #life: WorkerLife;
  readonly #session: Session;
  readonly #workflows: WorkflowWorker;
  readonly #tasks: TaskWorker;
  readonly #results: AwaitedResults;
  readonly #starts: AskedStarts;
  readonly #lastWork: LastWork;
  #stopGuarding: () => void = () => undefined;
  #stopping: Promise<void> | undefined;
  #isHurried = false;
  #httpUrl: string | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { logger, hooks, maxInstances } = options;
    const name = newWorkerName();
    this.#intake = new Intake(name, options);
    this.#life = new WorkerLife({
      name,
      workflowKinds: options.workflows,
      taskKinds: options.tasks,
      hooks: options.lifecycleHooks,
      logger,
    });
    this.#session = new Session({
      openStream: options.openStream ?? openLine(options),
      owner: this.#sessionOwner(),
      reconnection: options.reconnection,
      serverUrl: options.endpoint.serverUrl,
      logger,
    });
    const insistence = new Insistence({
      session: this.#session,
      logger,
      onSetback: ({ workType, executionId }, error) => this.#life.workSetBack(workType, executionId, error),
    });
    this.#results = new AwaitedResults(this.#session, ({ code, message }) =>
      this.#refusal(code, message, 'Waiting for a workflow'),
    );
    this.#starts = new AskedStarts(this.#session, ({ code, message }) =>
      this.#refusal(code, message, 'Starting a workflow'),
    );
    this.#workflows = new WorkflowWorker({
      session: this.#session,
      insistence,
      definitions: options.workflows,
      maxInstances,
      hooks,
      logger,
      workflowLogger: options.workflowLogger,
      onReceived: (id) => this.#life.workReceived('workflow', id),
      onEnded: (id, durationMs, error) => this.#life.workEnded('workflow', id, durationMs, error),
      onSetback: (id, error) => this.#life.workSetBack('workflow', id, error),
    });
    this.#tasks = new TaskWorker({
      session: this.#session,
      insistence,
      definitions: options.tasks,
      logger,
      taskLogger: options.taskLogger,
      offer: (workflowExecutionId, end) => this.#workflows.offer(workflowExecutionId, end),
      onReceived: (id) => this.#life.workReceived('task', id),
      onEnded: (id, durationMs, error) => this.#life.workEnded('task', id, durationMs, error),
    });
    this.#lastWork = new LastWork({
      session: this.#session,
      inFlight: () => this.#inFlight,
      isHurried: () => this.#isHurried,
      looked: (inFlight) => this.#life.inFlight(inFlight),
    });
    this.handle = this.#createHandle();
  }

  /**
   * Resolves when the server knows this worker.
   *
   * @throws {WorkerControlError} when a hook prevents it.
   */
  async start(): Promise<void> {
    await this.#life.begin();
    this.#stopGuarding = guardFloatingRejections(this.#options.logger);
    try {
      const { reconnection, logger } = this.#options;
      await connectFirst(this.#session, reconnection, logger, (error, willRetry) =>
        this.#life.registrationFailed(error, willRetry),
      );
    } catch (thrown) {
      const error = toError(thrown);
      this.#session.close();
      if (this.#stopping === undefined) this.#stopped({ kind: 'error', message: error.message });
      throw error;
    }
  }

  /** Stops: once, however often it is asked. */
  stop(graceful = true): Promise<void> {
    if (!graceful) this.#isHurried = true;
    if (this.#life.hasStopped) return this.#stopping ?? Promise.resolve();
    return (this.#stopping ??= this.#stop(graceful));
  }

  async #stop(graceful: boolean): Promise<void> {
    const { hooks } = this.#life;
    if (!hooks.isEmpty) await hooks.allow((hook) => hook.onBeforeStop?.(graceful));
    if (this.#life.hasStopped) return;
    this.#life.shuttingDown(graceful, this.#inFlight);
    this.#intake.takesWork = false;
    await this.#lastWork.done();
    this.#tasks.releaseAll('The worker stopped');
    this.#session.close();
    this.#stopped({ kind: this.#isHurried ? 'immediate' : 'graceful' });
    await hooks.settled();
  }

  #abort(): void {
    if (this.#life.hasStopped) return;
    this.#isHurried = true;
    this.#session.abort();
    this.#tasks.abandonAll();
    this.#stopped({ kind: 'aborted' });
  }

  get activeWorkflows(): number {
    return this.#workflows.active;
  }

  get activeTasks(): number {
    return this.#tasks.active;
  }

  /** Where the server says REST and live streams are. */
  get httpUrl(): string | undefined {
    return this.#httpUrl;
  }

  startWorkflow(start: StartWorkflow): Promise<WorkflowStarted> {
    this.#expectAlive('start a workflow');
    return this.#starts.start(start);
  }

  /** How an execution ends, however long that takes. */
  awaitResult(workflowExecutionId: string): Promise<ExecutionEnded> {
    this.#expectAlive('wait for a workflow');
    return this.#results.await(workflowExecutionId);
  }

  get #inFlight(): number {
    return this.#tasks.active + this.#workflows.active;
  }

  /** Without a session nobody would ever answer. */
  #expectAlive(wish: string): void {
    if (this.#life.hasStopped) throw refusal('stopped', wish);
  }

  #createHandle(): WorkerHandle {
    const life = this.#life;
    return new WorkerControl({
      life,
      session: this.#session,
      inProgress: () => ({ workflowsInProgress: this.#workflows.active, tasksInProgress: this.#tasks.active }),
      takeWork: (takesWork) => this.#takeWork(takesWork),
      stop: (graceful) => this.stop(graceful),
      abort: () => this.#abort(),
    });
  }

  #takeWork(takesWork: boolean): void {
    this.#intake.takesWork = takesWork;
    this.#session.send('capacity', this.#intake.capacity);
  }

  #sessionOwner(): SessionOwner {
    return {
      introduction: () => this.#intake.introduction(this.#workflows.held(), this.#tasks.held()),
      welcomed: (greeting, isTakingOver) => this.#welcomed(greeting, isTakingOver),
      received: (item) => this.#received(item),
      disconnected: (error) => this.#life.disconnected(error),
      reconnecting: (attempt, lastError) => this.#life.reconnecting(attempt, lastError),
      attemptFailed: () => this.#life.watch.attemptFailed(),
      heartbeat: (failure) => this.#life.heartbeat(failure),
      gaveUp: (error) => this.#gaveUp(error),
    };
  }

  #welcomed(greeting: Greeting, isTakingOver: boolean): void {
    this.#httpUrl = greeting.httpUrl === '' ? undefined : greeting.httpUrl;
    const lostTokens = new Set(greeting.lostClaimTokens);
    this.#tasks.reconnected(lostTokens);
    this.#workflows.reconnected(lostTokens);
    this.#results.reconnected();
    if (this.#intake.hasChanged) this.#session.send('capacity', this.#intake.capacity);
    this.#life.connected(greeting, isTakingOver);
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

  #gaveUp(error: Error): void {
    if (this.#life.hasStopped) return;
    this.#options.logger.error(`The worker stops: ${error.message}`);
    this.#isHurried = true;
    this.#tasks.abandonAll();
    this.#results.rejectAll(error);
    this.#stopped({ kind: 'error', message: error.message });
  }

  /** The end, whatever led to it; only the first one counts. */
  #stopped(reason: StopReason): void {
    if (this.#life.hasStopped) return;
    this.#stopGuarding();
    const error = new FlovynError('Client is not started');
    this.#results.rejectAll(error);
    this.#starts.rejectAll(error);
    this.#life.ended(reason);
  }

  #refusal(code: string, message: string, attempted: string): Error {
    const error = new ServiceError(isErrorCode(code) ? code : 'INTERNAL', message);
    return callError(error, this.#options.endpoint.serverUrl, attempted);
  }
}
