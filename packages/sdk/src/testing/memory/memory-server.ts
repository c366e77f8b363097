import type { Json, ScheduleTask } from '@flovyn/protocol';
import { FlovynError, toError } from '../../errors.js';
import { IdSource } from '../../replay/deterministic.js';
import { drained } from '../../replay/quiescence.js';
import type { Logger, TaskDefinition, WorkflowDefinition } from '../../types.js';
import { type Surroundings, carryOut, conclude, refusal } from './carry-out.js';
import { type GivenPromise, recordChildEnd, recordChildStart, recordPromiseEnd, recordTaskEnd } from './ends.js';
import { type Parent, TestExecution } from './test-execution.js';
import { type TestTask, TestTasks, isOpen } from './test-tasks.js';
import { TestTimers } from './test-timers.js';

export interface MemoryServerOptions {
  readonly initialTime: Date | undefined;
  readonly workflows: ReadonlyMap<string, WorkflowDefinition>;
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly logger: Logger;
}

/** Ids come from it in order, so that a test sees the same ones, and the same random numbers, each time. */
const IDS = '5f1d3a9e-2c47-4b86-9d0a-7e6b1c8f4a25';

/**
 * What a server and a worker do for executions, in memory: turns become facts, tasks are attempted, children are told apart
 * and told on. One turn is played at a time; tasks run beside.
 */
export class MemoryServer implements Surroundings {
  readonly executions = new Map<string, TestExecution>();
  readonly givenPromises = new Map<string, GivenPromise>();
  readonly timers: TestTimers;
  readonly tasks: TestTasks;
  readonly #options: MemoryServerOptions;
  readonly #ids = new IdSource(IDS);
  /** What a turn means for other executions: it happens when the turn is recorded whole. */
  #forwarded: (() => void)[] = [];
  #isPumping = false;
  #waiting: (() => void)[] = [];
  #broken: { readonly error: Error } | undefined;

  constructor(options: MemoryServerOptions) {
    this.#options = options;
    this.timers = new TestTimers(options.initialTime);
    this.tasks = new TestTasks({
      timers: this.timers,
      definitions: options.tasks,
      logger: options.logger,
      onEnd: (task) => this.#taskEnded(task),
      onChange: () => this.#go(),
    });
  }

  get now(): number {
    return this.timers.now;
  }

  newId(): string {
    return this.#ids.next();
  }

  newPromiseId(): string {
    return this.#ids.next();
  }

  start(kind: string, input: Json): TestExecution {
    return this.#create(this.newId(), kind, input, undefined);
  }

  startTask(task: Parameters<TestTasks['add']>[0]): TestTask {
    const added = this.tasks.add(task);
    this.#go();
    return added;
  }

  /** Something was given that somebody may have been waiting for. */
  settleGiven(): void {
    for (const execution of this.executions.values()) this.#settleGiven(execution);
    this.#go();
  }

  signal(id: string, signalName: string, signalValue: Json): number {
    const execution = this.execution(id);
    if (execution.isOver) {
      throw new FlovynError(
        `Execution ${id} is ${execution.outcome?.type} and takes no more signals. Start a new one.`,
      );
    }
    const sequence = execution.record({ type: 'SIGNAL_RECEIVED', signalName, signalValue });
    this.#go();
    return sequence;
  }

  /** The first wish counts, and one that comes after the end changes nothing. */
  cancel(id: string, reason: string, requestedBy: string): void {
    const execution = this.execution(id);
    if (execution.isOver || execution.isCancellationRequested) return;
    execution.isCancellationRequested = true;
    execution.record({ type: 'CANCELLATION_REQUESTED', reason, requestedBy });
    // No code of it has run: there is nothing that could tidy up.
    if (execution.definition === undefined) this.#end(execution, { type: 'CANCELLED', reason });
    this.#go();
  }

  /** Settles the first open promise of a name. */
  settlePromise(id: string, promiseName: string, given: GivenPromise): void {
    const execution = this.execution(id);
    const found = [...execution.open.promises].find(([, { name }]) => name === promiseName);
    if (found === undefined || execution.isOver) {
      throw new FlovynError(`Execution ${id} of workflow "${execution.kind}" has no open promise "${promiseName}"`);
    }
    this.#settle(execution, found[0], given);
    this.#go();
  }

  forgetEnded(): void {
    for (const [id, { isOver }] of this.executions) if (isOver) this.executions.delete(id);
    for (const [id, task] of this.tasks.all) if (!isOpen(task)) this.tasks.all.delete(id);
  }

  execution(id: string): TestExecution {
    const execution = this.executions.get(id);
    if (execution === undefined) throw new FlovynError(`There is no execution ${id} in this environment`);
    return execution;
  }

  /** Whether code runs or is about to. */
  get isMoving(): boolean {
    return this.#isPumping || this.tasks.isRunning;
  }

  /** Resolves to true as soon as `isDone`; to false when nothing moves any more unless time does or somebody acts. */
  async until(isDone: () => boolean): Promise<boolean> {
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken.error;
      if (isDone()) return true;
      if (!this.isMoving) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when code can go no further. What waits for something real, such as a timer of Node, is not waited for. */
  async settled(): Promise<void> {
    do {
      await drained();
      if (this.#broken !== undefined) throw this.#broken.error;
    } while (this.#isPumping);
  }

  scheduleTask(execution: TestExecution, command: ScheduleTask): { readonly maxRetries: number } {
    const { taskExecutionId: id, kind, input, retry, timeoutMs } = command;
    return this.tasks.add({ id, kind, input, retry, timeoutMs, workflowExecutionId: execution.id }).retry;
  }

  cancelTask(id: string, reason: string): void {
    this.tasks.cancel(id, reason);
  }

  startTimer(execution: TestExecution, timerId: string, fireAtMs: number): string {
    return this.timers.start(timerId, execution.id, fireAtMs, () => {
      if (execution.isOver || !execution.open.timers.delete(timerId)) return;
      execution.record({ type: 'TIMER_FIRED', timerId });
      this.#go();
    });
  }

  limitPromise(execution: TestExecution, promiseId: string, promiseName: string, timeoutAtMs: number): string {
    return this.timers.start(`timeout of ${promiseName}`, execution.id, timeoutAtMs, () => {
      if (execution.isOver || !execution.open.promises.delete(promiseId)) return;
      execution.record({ type: 'PROMISE_TIMEOUT', promiseId, promiseName });
      this.#go();
    });
  }

  cancelOnClock(id: string | undefined): void {
    this.timers.cancel(id);
  }

  startChild(execution: TestExecution, command: Parameters<Surroundings['startChild']>[1]): void {
    const { childWorkflowExecutionId, kind, input, childExecutionName: childName } = command;
    this.#forwarded.push(() => this.#create(childWorkflowExecutionId, kind, input, { execution, childName }));
  }

  cancelChild(parent: TestExecution, childExecutionId: string, reason: string): void {
    this.#forwarded.push(() => this.cancel(childExecutionId, reason, `workflow:${parent.id}`));
  }

  signalChild(childExecutionId: string, signalName: string, signalValue: Json): void {
    this.#forwarded.push(() => {
      // The same turn may have ended it: then nobody hears the signal.
      if (!this.execution(childExecutionId).isOver) this.signal(childExecutionId, signalName, signalValue);
    });
  }

  #create(id: string, kind: string, input: Json, parent: Parent | undefined): TestExecution {
    const execution = new TestExecution({ id, kind, input, parent, now: () => this.now });
    this.executions.set(id, execution);
    this.#go();
    return execution;
  }

  /** Begins to work off what can be done, unless that is under way. */
  #go(): void {
    if (!this.#isPumping) void this.#pump();
    this.#tell();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      // What called us records the rest of its facts first.
      await Promise.resolve();
      for (;;) {
        const next = this.#nextReady();
        if (next !== undefined) await this.#playTurn(...next);
        else if (!this.tasks.startDue()) return;
      }
    } catch (error) {
      this.#broken = { error: toError(error) };
    } finally {
      this.#isPumping = false;
      this.#tell();
    }
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #nextReady(): [TestExecution, WorkflowDefinition] | undefined {
    for (const execution of this.executions.values()) {
      const definition = execution.definition ?? this.#options.workflows.get(execution.kind);
      if (execution.needsTurn && definition !== undefined) return [execution, definition];
    }
    return undefined;
  }

  async #playTurn(execution: TestExecution, definition: WorkflowDefinition): Promise<void> {
    if (execution.definition === undefined) recordChildStart(execution);
    const { commands, outcome, seen } = await execution.play(definition, this.#options.logger);
    const from = execution.facts.length;
    const refused = refusal(execution, commands);
    if (refused === undefined) for (const command of commands) carryOut(execution, command, this);
    this.#end(execution, refused ?? outcome);
    const to = execution.facts.length;
    if (refused === undefined) execution.turns.push({ commands, outcome, seen, from, to });
    for (const forward of this.#forwarded.splice(0)) forward();
    this.#settleGiven(execution);
  }

  #end(execution: TestExecution, outcome: TestExecution['outcome'] & object): void {
    conclude(execution, outcome, this);
    recordChildEnd(execution, outcome);
  }

  #taskEnded(task: TestTask): void {
    const execution =
      task.workflowExecutionId === undefined ? undefined : this.executions.get(task.workflowExecutionId);
    if (execution !== undefined) recordTaskEnd(execution, task);
  }

  #settleGiven(execution: TestExecution): void {
    if (execution.isOver) return;
    for (const [promiseId, { name }] of execution.open.promises) {
      const given = this.givenPromises.get(name);
      if (given !== undefined) this.#settle(execution, promiseId, given);
    }
  }

  #settle(execution: TestExecution, promiseId: string, given: GivenPromise): void {
    const promise = execution.open.promises.get(promiseId);
    if (promise === undefined) return;
    this.timers.cancel(promise.limit);
    recordPromiseEnd(execution, promiseId, given);
  }
}
