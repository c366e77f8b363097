import { limits, parseKind } from '@flovyn/protocol';
import type { Duration } from '../../duration.js';
import { limitMilliseconds } from '../../durations.js';
import { FlovynError } from '../../errors.js';
import { loggerTo } from '../../log.js';
import { wireRetryPolicy } from '../../replay/tasks.js';
import { deserialize, serialize } from '../../serde.js';
import type { Logger, TaskDefinition, WorkflowDefinition, WorkflowHandle } from '../../types.js';
import { awaitTask, awaitWorkflow } from './awaiting.js';
import { MemoryServer } from './memory-server.js';
import {
  type TaskExecutionRecord,
  type TestHistoryEvent,
  type WorkflowExecutionRecord,
  toHistoryEvent,
  toTaskRecord,
  toWorkflowRecord,
} from './records.js';
import type { TestExecution } from './test-execution.js';
import { TestWorkflowHandle } from './test-workflow-handle.js';
import type { TimeController } from './time-controller.js';

/** Options of a {@link TestWorkflowEnvironment}. */
export interface TestWorkflowEnvironmentOptions {
  /** Where the clock stands first; that of this moment when absent. */
  initialTime?: Date | undefined;
  /**
   * Replays every execution whose result was awaited, and its children, from its history cut after each event, and fails on
   * any difference; true when absent. Workflow code is called often then, tasks and `ctx.run` are not.
   */
  replayCheck?: boolean | undefined;
  /** Where `ctx.log` of workflows and tasks goes; nowhere when absent. */
  logger?: Logger | undefined;
}

/** An execution by its handle or its id. */
export type ExecutionRef = string | Pick<WorkflowHandle<unknown>, 'workflowId'>;

/**
 * Workflows on the real replay engine, with no server: what a server does for them happens in memory, on a clock of the
 * test's. While a result is awaited and everything waits, time is skipped to what is due next.
 *
 * @example
 *   import { TestWorkflowEnvironment } from '@flovyn/sdk/testing';
 *   import { expect, test } from 'vitest';
 *
 *   test('an order is charged', async () => {
 *     const environment = new TestWorkflowEnvironment().registerTask(chargeCard).setPromiseResult('approval', true);
 *     expect(await environment.executeWorkflow(orderWorkflow, order)).toEqual({ number: 'r-17' });
 *   });
 * @see docs/guides/test-workflows-and-tasks.md
 */
export class TestWorkflowEnvironment {
  readonly #replayCheck: boolean;
  readonly #workflows = new Map<string, WorkflowDefinition>();
  readonly #tasks = new Map<string, TaskDefinition>();
  readonly #server: MemoryServer;
  #last: string | undefined;

  /** @throws {ConfigurationError} when `initialTime` is no valid date. */
  constructor({ initialTime, replayCheck = true, logger }: TestWorkflowEnvironmentOptions = {}) {
    this.#replayCheck = replayCheck;
    this.#server = new MemoryServer({
      initialTime,
      workflows: this.#workflows,
      tasks: this.#tasks,
      logger: logger ?? loggerTo(() => undefined),
    });
  }

  /** The clock, and everything that waits for it: timers by their ids, time limits and pauses between attempts by words. */
  get time(): TimeController {
    return this.#server.timers.time;
  }

  /**
   * Makes a workflow known by its name: for children, and for starting by name.
   *
   * @throws {ServiceError} INVALID_IDENTIFIER when a server would not take the name.
   */
  registerWorkflow<I, O>(definition: WorkflowDefinition<I, O>): this {
    this.#workflows.set(parseKind(definition.name), definition);
    this.#server.settleGiven();
    return this;
  }

  /**
   * Lets tasks of this kind run their code, with their retries.
   *
   * @throws {ServiceError} INVALID_IDENTIFIER when a server would not take the name.
   */
  registerTask<I, O>(definition: TaskDefinition<I, O>): this {
    this.#tasks.set(parseKind(definition.name), definition);
    this.#server.settleGiven();
    return this;
  }

  /**
   * Every task of this kind ends with the value, and its code is not run.
   *
   * @example
   *   environment.setTaskResult(chargeCard, { number: 'r-17' });
   */
  setTaskResult<I, O>(task: TaskDefinition<I, O> | string, value: NoInfer<O>): this {
    return this.#giveTask(task, { type: 'completed', output: serialize(value) });
  }

  /** Every attempt of a task of this kind fails. It is tried again, as its policy says, only when `retryable`. */
  setTaskFailure(task: TaskDefinition<never, unknown> | string, error: string, { retryable = false } = {}): this {
    return this.#giveTask(task, { type: 'failed', error, isRetryable: retryable });
  }

  /** Tasks of this kind do not end by themselves: for what happens when one is cancelled or its time is over. */
  setTaskPending(task: TaskDefinition<never, unknown> | string): this {
    return this.#giveTask(task, { type: 'pending' });
  }

  /** Every promise of this name, open or still to come, is kept with the value. */
  setPromiseResult(name: string, value: unknown): this {
    this.#server.givenPromises.set(name, { value: serialize(value) });
    this.#server.settleGiven();
    return this;
  }

  /** Every promise of this name, open or still to come, is broken. */
  setPromiseRejection(name: string, error: string): this {
    this.#server.givenPromises.set(name, { error });
    this.#server.settleGiven();
    return this;
  }

  /**
   * Runs a workflow to its end, through every wait for time, and gives its output.
   *
   * @throws {WorkflowFailed} when it failed.
   * @throws {WorkflowCancelled} when it was cancelled.
   * @throws {DeterminismViolation} when a replay decides otherwise than the first time.
   * @throws {FlovynError} when it waits for something nobody will give; the message names it.
   * @example
   *   const receipt = await environment.executeWorkflow(orderWorkflow, order);
   */
  async executeWorkflow<I, O = unknown>(workflow: WorkflowDefinition<I, O> | string, input: I): Promise<O> {
    const { id } = this.#start(workflow, input);
    return (await this.#result(id)) as O;
  }

  /**
   * Starts a workflow, and resolves when it can go no further without time, a signal or somebody who keeps a promise.
   * The handle comes in a box, because it can be awaited; while it is, time is skipped.
   *
   * @throws {FlovynError} when nothing is registered under the name.
   * @example
   *   import { Duration } from '@flovyn/sdk';
   *
   *   const { handle } = await environment.startWorkflow(orderWorkflow, order);
   *   await environment.resolvePromise(handle, 'approval', true);
   *   environment.advanceTime(Duration.days(1));
   *   const receipt = await handle.result();
   */
  async startWorkflow<I, O = unknown>(
    workflow: WorkflowDefinition<I, O> | string,
    input: I,
  ): Promise<{ handle: WorkflowHandle<O> }> {
    const { id } = this.#start(workflow, input);
    await this.#server.settled();
    const handle = new TestWorkflowHandle<O>(
      {
        result: (each) => this.#result(each),
        query: (each, name, args) => this.#query(each, name, args),
        signal: (each, name, payload) => this.signalWorkflow(each, name, payload),
        cancel: (each, reason) => this.cancelWorkflow(each, reason),
      },
      id,
    );
    return { handle };
  }

  /**
   * Runs a task by itself, with its retries, and gives its output.
   *
   * @throws {TaskFailed} when it failed for good.
   * @throws {TaskCancelled} when its code ended by `checkCancellation`.
   * @throws {FlovynError} when nothing runs a task of this name.
   * @example
   *   const receipt = await environment.executeTask(chargeCard, order);
   */
  async executeTask<I, O = unknown>(task: TaskDefinition<I, O> | string, input: I): Promise<O> {
    const definition = typeof task === 'string' ? this.#tasks.get(task) : task;
    if (typeof task !== 'string') this.registerTask(task);
    const { timeout, retry, name = task as string } = definition ?? {};
    const timeoutMs = timeout && limitMilliseconds(timeout, 'A task timeout', limits.taskTimeoutMaxMs);
    const started = this.#server.startTask({
      id: this.#server.newId(),
      kind: name,
      input: serialize(input),
      workflowExecutionId: undefined,
      retry: retry && wireRetryPolicy(retry),
      timeoutMs,
    });
    return awaitTask<O>(this.#server, started);
  }

  /**
   * Sends a signal, and resolves once the code has heard it.
   *
   * @returns the history number of the signal.
   * @throws {FlovynError} when the execution has ended, or is none of this environment.
   */
  async signalWorkflow(execution: ExecutionRef, name: string, value: unknown): Promise<number> {
    const sequence = this.#server.signal(idOf(execution), name, serialize(value));
    await this.#server.settled();
    return sequence;
  }

  /**
   * Asks an execution to end. Nothing happens when it has ended or was asked before.
   *
   * @throws {FlovynError} when it is none of this environment.
   */
  async cancelWorkflow(execution: ExecutionRef, reason = ''): Promise<void> {
    this.#server.cancel(idOf(execution), reason, 'test');
    await this.#server.settled();
  }

  /**
   * Keeps the oldest open promise of a name.
   *
   * @throws {FlovynError} when there is none.
   */
  async resolvePromise(execution: ExecutionRef, name: string, value: unknown): Promise<void> {
    this.#server.settlePromise(idOf(execution), name, { value: serialize(value) });
    await this.#server.settled();
  }

  /** Breaks the oldest open promise of a name, as `resolvePromise` keeps it. */
  async rejectPromise(execution: ExecutionRef, name: string, error: string): Promise<void> {
    this.#server.settlePromise(idOf(execution), name, { error });
    await this.#server.settled();
  }

  /**
   * Moves the clock on and fires what becomes due. Code that is woken by it runs afterwards: a timer that it starts then counts
   * from the new time.
   *
   * @returns the ids of what fired, in order.
   */
  advanceTime(duration: Duration): string[] {
    return this.time.advance(duration);
  }

  /**
   * Fires all timers there are now.
   *
   * @returns their ids, in order.
   */
  skipAllTimers(): string[] {
    return this.time.skipAllTimers();
  }

  /** Resolves when all code has gone as far as it can, tasks that wait for something real left aside. */
  async settled(): Promise<void> {
    await this.#server.settled();
  }

  /** The history of an execution so far; of the one the test started last when none is named. */
  executionHistory(execution: ExecutionRef | undefined = this.#last): TestHistoryEvent[] {
    return execution === undefined ? [] : this.#server.execution(idOf(execution)).facts.map(toHistoryEvent);
  }

  /** Every workflow execution, children too, in the order in which they were started. */
  workflowExecutions(): WorkflowExecutionRecord[] {
    return [...this.#server.executions.values()].map(toWorkflowRecord);
  }

  /** Every task, in the order in which they were scheduled. */
  taskExecutions(): TaskExecutionRecord[] {
    return [...this.#server.tasks.all.values()].map(toTaskRecord);
  }

  /** Forgets what has ended. What is open goes on. */
  clearHistory(): void {
    this.#server.forgetEnded();
    if (this.#last !== undefined && !this.#server.executions.has(this.#last)) this.#last = undefined;
  }

  #start<I, O>(workflow: WorkflowDefinition<I, O> | string, input: I): TestExecution {
    if (typeof workflow !== 'string') this.registerWorkflow(workflow);
    const kind = typeof workflow === 'string' ? workflow : workflow.name;
    if (!this.#workflows.has(kind)) throw new FlovynError(`Unknown workflow: ${kind}`);
    const execution = this.#server.start(kind, serialize(input));
    this.#last = execution.id;
    return execution;
  }

  // Async, so that an execution which was forgotten is a rejection.
  async #result(id: string): Promise<unknown> {
    return awaitWorkflow(this.#server, this.#server.execution(id), this.#replayCheck);
  }

  async #query(id: string, name: string, args: unknown): Promise<unknown> {
    await this.#server.settled();
    return deserialize(serialize(this.#server.execution(id).query(name, deserialize(serialize(args)))));
  }

  #giveTask(
    task: { readonly name: string } | string,
    given: Parameters<MemoryServer['tasks']['given']['set']>[1],
  ): this {
    this.#server.tasks.given.set(typeof task === 'string' ? task : task.name, given);
    this.#server.settleGiven();
    return this;
  }
}

function idOf(execution: ExecutionRef): string {
  return typeof execution === 'string' ? execution : execution.workflowId;
}
