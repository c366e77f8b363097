import { Duration } from '../duration.js';
import { ChildWorkflowFailed, TaskCancelled, TaskFailed, WorkflowCancelled } from '../errors.js';
import { loggerTo } from '../log.js';
import { deserialize, serialize } from '../serde.js';
import type {
  ChildWorkflowOptions,
  Logger,
  PromiseOptions,
  TaskDefinition,
  TaskHandle,
  TaskOptions,
  TimerHandle,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowHandle,
} from '../types.js';
import { MockTaskHandle, MockWorkflowHandle } from './mock-handles.js';
import type { LoggedMessage } from './mock-task-context.js';
import { MockTimers } from './mock-timers.js';
import { MockWait, type Outcome } from './mock-wait.js';
import type {
  TrackedCancellation,
  TrackedChildWorkflow,
  TrackedOperation,
  TrackedPromise,
  TrackedSignal,
  TrackedTask,
  TrackedTimer,
} from './tracked.js';

/** Options of a {@link MockWorkflowContext}. */
export interface MockWorkflowContextOptions {
  /** What time it is; now when absent. */
  readonly currentTime?: Date | undefined;
  /** The same seed draws the same numbers; 12345 when absent. */
  readonly randomSeed?: number | undefined;
}

const DEFAULT_SEED = 12_345;
/** The constants of a well-known linear congruential generator with a period of 2^32. */
const LCG_FACTOR = 1_664_525;
const LCG_STEP = 1_013_904_223;

/**
 * A workflow context whose answers are given beforehand, for running a workflow by itself: nothing waits, time moves only
 * when the workflow sleeps. What the workflow asks for and was not mocked throws an `Error` that names what is missing.
 *
 * @example
 *   import { MockWorkflowContext } from '@flovyn/sdk/testing';
 *
 *   const mock = new MockWorkflowContext();
 *   mock.mockTaskResult(chargeCard, { number: 'r-17' });
 *   const receipt = await orderWorkflow.run(mock, order);
 *   console.log(receipt.number, mock.executedTasks.length); // r-17 1
 * @see docs/guides/test-workflows-and-tasks.md
 */
export class MockWorkflowContext implements WorkflowContext {
  readonly log: Logger = loggerTo((level, message, args) => this.#logMessages.push({ level, message, args }));
  #now: number;
  #random: number;
  #made = 0;
  #cancelReason: string | undefined;
  #isCancelled = false;
  readonly #tasks = new Map<string, Outcome[]>();
  readonly #children = new Map<string, Outcome[]>();
  readonly #promises = new Map<string, Outcome>();
  readonly #operations = new Map<string, unknown>();
  readonly #signals = new Map<string, unknown[]>();
  readonly #state = new Map<string, string>();
  readonly #executedTasks: TrackedTask[] = [];
  readonly #startedTimers: TrackedTimer[] = [];
  readonly #createdPromises: TrackedPromise[] = [];
  readonly #startedChildren: TrackedChildWorkflow[] = [];
  readonly #executedOperations: TrackedOperation[] = [];
  readonly #cancelledTasks: TrackedCancellation[] = [];
  readonly #cancelledChildren: TrackedCancellation[] = [];
  readonly #cancelledTimers: string[] = [];
  readonly #sentSignals: TrackedSignal[] = [];
  readonly #openSignals = new Set<string>();
  readonly #waits: { cancel(reason: string): boolean }[] = [];
  readonly #timers: MockTimers;
  #namedTimers = 0;
  readonly #logMessages: LoggedMessage[] = [];

  constructor(options: MockWorkflowContextOptions = {}) {
    this.#now = (options.currentTime ?? new Date()).getTime();
    this.#random = (options.randomSeed ?? DEFAULT_SEED) >>> 0;
    this.#timers = new MockTimers({
      ctx: this,
      createWait: () => this.#wait<void>({ open: true }, (reason) => new WorkflowCancelled(reason)),
      onFire: (duration, dueMs) => this.#fire(duration, dueMs),
      onCancel: (timerId) => this.#cancelledTimers.push(timerId),
    });
  }

  // ---- What will be answered

  /** The next result of this task. Several are given out in order. */
  mockTaskResult<I, O>(task: TaskDefinition<I, O>, result: O): void {
    this.mockTaskResultByName(task.name, result);
  }

  /** The same for a task that is known by its name only. */
  mockTaskResultByName(name: string, result: unknown): void {
    queue(this.#tasks, name, { value: result });
  }

  /**
   * The next end of this task is a failure.
   *
   * @param error - a text becomes `TaskFailed`.
   */
  mockTaskFailure<I, O>(task: TaskDefinition<I, O>, error: Error | string): void {
    queue(this.#tasks, task.name, { error: typeof error === 'string' ? new TaskFailed(error, 'mock-task') : error });
  }

  /** The next of this task does not end by itself: it loses every race and ends by being cancelled, with `TaskCancelled`. */
  mockTaskOpen<I, O>(task: TaskDefinition<I, O> | string): void {
    queue(this.#tasks, typeof task === 'string' ? task : task.name, { open: true });
  }

  /** The next result of a child of this kind. Several are given out in order. */
  mockChildWorkflowResult<I, O>(workflow: WorkflowDefinition<I, O>, result: O): void {
    queue(this.#children, workflow.name, { value: result });
  }

  /**
   * The next child of this kind fails.
   *
   * @param error - a text becomes `ChildWorkflowFailed`.
   */
  mockChildWorkflowFailure<I, O>(workflow: WorkflowDefinition<I, O>, error: Error | string): void {
    const failure = typeof error === 'string' ? new ChildWorkflowFailed('mock-workflow', error) : error;
    queue(this.#children, workflow.name, { error: failure });
  }

  /** The next child of this kind does not end by itself, only by being cancelled, with `WorkflowCancelled`. */
  mockChildWorkflowOpen<I, O>(workflow: WorkflowDefinition<I, O>): void {
    queue(this.#children, workflow.name, { open: true });
  }

  /** Every promise of this name is kept with the value. */
  mockPromiseResolution(name: string, value: unknown): void {
    this.#promises.set(name, { value });
  }

  /** Every promise of this name is rejected, with a plain `Error` when it is given a text. */
  mockPromiseRejection(name: string, error: string | Error): void {
    this.#promises.set(name, { error: typeof error === 'string' ? new Error(error) : error });
  }

  /** Nobody settles the promise of this name. */
  mockPromiseOpen(name: string): void {
    this.#promises.set(name, { open: true });
  }

  /** `run` of this name gives the result and does not call its function. */
  mockOperationResult(name: string, result: unknown): void {
    this.#operations.set(name, result);
  }

  /** Adds a signal to the queue of its name. */
  mockSignal(name: string, value: unknown): void {
    queue(this.#signals, name, value);
  }

  /** Whoever waits for a signal of this name when none is there waits on, instead of being told that a mock is missing. */
  mockSignalOpen(name: string): void {
    this.#openSignals.add(name);
  }

  /** Moves the clock on, between two runs for example. */
  advanceTime(duration: Duration): void {
    this.#now += duration.toMilliseconds();
  }

  // ---- What has happened

  /** The tasks that were scheduled, in order. */
  get executedTasks(): readonly TrackedTask[] {
    return this.#executedTasks;
  }

  /** The waits for time that are over, in order; one that was given up is in `cancelledTimers`. */
  get startedTimers(): readonly TrackedTimer[] {
    return this.#startedTimers;
  }

  /** The promises that were waited for, in order. */
  get createdPromises(): readonly TrackedPromise[] {
    return this.#createdPromises;
  }

  /** The children that were started, in order. */
  get startedChildWorkflows(): readonly TrackedChildWorkflow[] {
    return this.#startedChildren;
  }

  /** What `ctx.run` was called with, and gave, in order. */
  get executedOperations(): readonly TrackedOperation[] {
    return this.#executedOperations;
  }

  /** The tasks that were asked to end, in that order. A task whose end the workflow has seen is not asked. */
  get cancelledTasks(): readonly TrackedCancellation[] {
    return this.#cancelledTasks;
  }

  /** The same of children. */
  get cancelledChildWorkflows(): readonly TrackedCancellation[] {
    return this.#cancelledChildren;
  }

  /** The ids of the timers that were given up before they fired. */
  get cancelledTimers(): readonly string[] {
    return this.#cancelledTimers;
  }

  /** What was sent to child workflows. */
  get sentSignals(): readonly TrackedSignal[] {
    return this.#sentSignals;
  }

  /** All lines, in order. */
  get logMessages(): readonly LoggedMessage[] {
    return this.#logMessages;
  }

  /** Whether some line contains the text. */
  wasLogged(text: string): boolean {
    return this.#logMessages.some(({ message }) => message.includes(text));
  }

  /** What the workflow keeps, by key. */
  stateSnapshot(): Record<string, unknown> {
    return Object.fromEntries(Array.from(this.#state, ([key, text]) => [key, deserialize(text)]));
  }

  // ---- What the workflow asks

  schedule<I, O>(task: TaskDefinition<I, O>, input: I, options?: TaskOptions): TaskHandle<O> {
    const { id, wait } = this.#beginTask<O>(task.name, input, options);
    return new MockTaskHandle<O>(id, wait, (reason) => this.#cancelledTasks.push({ id, name: task.name, reason }));
  }

  scheduleByName<O = unknown>(taskName: string, input: unknown, options?: TaskOptions): Promise<O> {
    return promised(() => this.#beginTask<O>(taskName, input, options).wait);
  }

  scheduleWorkflow<I, O>(
    workflow: WorkflowDefinition<I, O>,
    input: I,
    options?: ChildWorkflowOptions,
  ): WorkflowHandle<O> {
    const outcome = this.#children.get(workflow.name)?.shift();
    if (outcome === undefined) {
      throw new Error(
        `No mocked result for child workflow "${workflow.name}". Call mockChildWorkflowResult before the workflow runs.`,
      );
    }
    this.#startedChildren.push({ workflowName: workflow.name, input, options, result: resultOf(outcome) });
    const id = `mock-workflow-${this.#next()}`;
    const wait = this.#wait<O>(
      outcome,
      (reason) => new WorkflowCancelled(`Child workflow ${id} was cancelled`, reason),
    );
    return new MockWorkflowHandle<O>(id, wait, {
      onCancel: (reason) => this.#cancelledChildren.push({ id, name: workflow.name, reason }),
      onSignal: (signalName, payload) =>
        this.#sentSignals.push({ workflowId: id, workflowName: workflow.name, signalName, payload }),
    });
  }

  async sleep(duration: Duration): Promise<void> {
    this.#fire(duration, this.#now + duration.toMilliseconds());
  }

  async sleepUntil(time: Date): Promise<void> {
    const duration = Duration.milliseconds(Math.max(0, time.getTime() - this.#now));
    this.#fire(duration, this.#now + duration.toMilliseconds());
  }

  timer(duration: Duration, options: { id?: string | undefined } = {}): TimerHandle {
    if (options.id === undefined) this.#namedTimers += 1;
    return this.#timers.start(options.id ?? `sleep-${this.#namedTimers}`, duration);
  }

  promise<T = unknown>(name: string, options?: PromiseOptions): Promise<T> {
    return promised(() => {
      const outcome = this.#promises.get(name);
      if (outcome === undefined) {
        throw new Error(
          `No mocked resolution for promise "${name}". Call mockPromiseResolution or mockPromiseRejection before the workflow runs.`,
        );
      }
      this.#createdPromises.push({ name, options, ...endOf(outcome) });
      return this.#wait<T>(outcome, () => this.#cancellation());
    });
  }

  waitForSignal<T = unknown>(name: string): Promise<T> {
    return promised(() => {
      const signals = this.#signals.get(name) ?? [];
      if (signals.length === 0 && !this.#openSignals.has(name)) {
        throw new Error(`No signals in queue for "${name}". Call mockSignal before the workflow runs.`);
      }
      const outcome = signals.length === 0 ? { open: true as const } : { value: signals.shift() };
      return this.#wait<T>(outcome, () => this.#cancellation());
    });
  }

  hasSignal(name: string): boolean {
    return this.pendingSignalCount(name) > 0;
  }

  pendingSignalCount(name: string): number {
    return this.#signals.get(name)?.length ?? 0;
  }

  drainSignals<T = unknown>(name: string): T[] {
    return (this.#signals.get(name)?.splice(0) ?? []) as T[];
  }

  async run<T>(operationName: string, fn: () => T | Promise<T>): Promise<T> {
    const result = this.#operations.has(operationName) ? (this.#operations.get(operationName) as T) : await fn();
    this.#executedOperations.push({ name: operationName, result });
    return result;
  }

  get<T = unknown>(key: string): T | null {
    return deserialize<T | null>(this.#state.get(key) ?? 'null');
  }

  set<T>(key: string, value: T): void {
    this.#state.set(key, serialize(value));
  }

  clear(key: string): void {
    this.#state.delete(key);
  }

  clearAll(): void {
    this.#state.clear();
  }

  stateKeys(): string[] {
    return [...this.#state.keys()];
  }

  currentTime(): Date {
    return new Date(this.#now);
  }

  currentTimeMillis(): number {
    return this.#now;
  }

  random(): number {
    return this.#draw() / 2 ** 32;
  }

  randomUUID(): string {
    const words = Array.from({ length: 4 }, () => this.#draw().toString(16).padStart(8, '0')).join('');
    const variant = ((Number.parseInt(words.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return [
      words.slice(0, 8),
      words.slice(8, 12),
      `4${words.slice(13, 16)}`,
      `${variant}${words.slice(17, 20)}`,
      words.slice(20),
    ].join('-');
  }

  checkCancellation(): void {
    if (this.#isCancelled) throw this.#cancellation();
  }

  /** Asks the workflow to end. What it has open ends by that. */
  requestCancellation(reason?: string): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#cancelReason = reason;
    for (const wait of this.#waits) wait.cancel(reason ?? 'The workflow was cancelled');
  }

  get isCancellationRequested(): boolean {
    return this.#isCancelled;
  }

  #beginTask<O>(taskName: string, input: unknown, options: TaskOptions | undefined) {
    const outcome = this.#tasks.get(taskName)?.shift();
    if (outcome === undefined) {
      throw new Error(`No mocked result for task "${taskName}". Call mockTaskResult before the workflow runs.`);
    }
    this.#executedTasks.push({ taskName, input, options, result: resultOf(outcome) });
    const id = `mock-task-${this.#next()}`;
    return { id, wait: this.#wait<O>(outcome, (reason) => new TaskCancelled(id, reason)) };
  }

  #wait<T>(outcome: Outcome, cancelled: (reason: string) => Error): MockWait<T> {
    const wait = new MockWait<T>(outcome, this, cancelled);
    this.#waits.push(wait);
    return wait;
  }

  #cancellation(): WorkflowCancelled {
    return new WorkflowCancelled(undefined, this.#cancelReason);
  }

  #fire(duration: Duration, dueMs: number): void {
    this.#now = Math.max(this.#now, dueMs);
    this.#startedTimers.push({ duration, firedAt: this.currentTime() });
  }

  #next(): number {
    this.#made += 1;
    return this.#made;
  }

  #draw(): number {
    this.#random = (Math.imul(this.#random, LCG_FACTOR) + LCG_STEP) >>> 0;
    return this.#random;
  }
}

function queue<T>(queues: Map<string, T[]>, name: string, item: T): void {
  const queued = queues.get(name);
  if (queued === undefined) queues.set(name, [item]);
  else queued.push(item);
}

function resultOf(outcome: Outcome): unknown {
  if ('open' in outcome) return undefined;
  return 'error' in outcome ? outcome.error : outcome.value;
}

function endOf(outcome: Outcome): Pick<TrackedPromise, 'resolved' | 'value' | 'error'> {
  if ('open' in outcome) return { resolved: false };
  return 'error' in outcome
    ? { resolved: false, error: outcome.error.message }
    : { resolved: true, value: outcome.value };
}

/** A promise of the end of what is begun; a mock that is missing rejects it. */
function promised<T>(begin: () => MockWait<T>): Promise<T> {
  try {
    return begin().lookAsPromise();
  } catch (error) {
    return Promise.reject(error);
  }
}
