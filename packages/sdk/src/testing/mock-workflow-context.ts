import { Duration } from '../duration.js';
import { ChildWorkflowFailed, TaskFailed, WorkflowCancelled } from '../errors.js';
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
import { MockTaskHandle, MockTimerHandle, MockWorkflowHandle, type Outcome, settled } from './mock-handles.js';
import type { LoggedMessage } from './mock-task-context.js';

/** A task a workflow has scheduled. */
export interface TrackedTask {
  readonly taskName: string;
  readonly input: unknown;
  readonly options?: TaskOptions | undefined;
  readonly result: unknown;
}

/** A wait for time. */
export interface TrackedTimer {
  readonly duration: Duration;
  readonly firedAt: Date;
}

/** A promise a workflow has waited for. */
export interface TrackedPromise {
  readonly name: string;
  readonly options?: PromiseOptions | undefined;
  readonly resolved: boolean;
  readonly value?: unknown;
  readonly error?: string | undefined;
}

/** A child workflow that was started. */
export interface TrackedChildWorkflow {
  readonly workflowName: string;
  readonly input: unknown;
  readonly options?: ChildWorkflowOptions | undefined;
  readonly result: unknown;
}

/** A recorded side effect. */
export interface TrackedOperation {
  readonly name: string;
  readonly result: unknown;
}

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
 * when the workflow sleeps.
 *
 * @example
 *   const ctx = new MockWorkflowContext();
 *   ctx.mockTaskResult(sayHello, 'Hello Ada');
 *   expect(await greet.run(ctx, { who: 'Ada' })).toBe('Hello Ada');
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
  readonly #logMessages: LoggedMessage[] = [];

  constructor(options: MockWorkflowContextOptions = {}) {
    this.#now = (options.currentTime ?? new Date()).getTime();
    this.#random = (options.randomSeed ?? DEFAULT_SEED) >>> 0;
  }

  // ---- What will be answered

  /** The next result of this task. Several are given out in order. */
  mockTaskResult<I, O>(task: TaskDefinition<I, O>, result: O): void {
    this.mockTaskResultByName(task.name, result);
  }

  mockTaskResultByName(name: string, result: unknown): void {
    queue(this.#tasks, name, { value: result });
  }

  /** The next end of this task is a failure. */
  mockTaskFailure<I, O>(task: TaskDefinition<I, O>, error: Error | string): void {
    queue(this.#tasks, task.name, { error: typeof error === 'string' ? new TaskFailed(error, 'mock-task') : error });
  }

  mockChildWorkflowResult<I, O>(workflow: WorkflowDefinition<I, O>, result: O): void {
    queue(this.#children, workflow.name, { value: result });
  }

  mockChildWorkflowFailure<I, O>(workflow: WorkflowDefinition<I, O>, error: Error | string): void {
    const failure = typeof error === 'string' ? new ChildWorkflowFailed('mock-workflow', error) : error;
    queue(this.#children, workflow.name, { error: failure });
  }

  mockPromiseResolution(name: string, value: unknown): void {
    this.#promises.set(name, { value });
  }

  mockPromiseRejection(name: string, error: string | Error): void {
    this.#promises.set(name, { error: typeof error === 'string' ? new Error(error) : error });
  }

  /** `run` of this name gives the result and does not call its function. */
  mockOperationResult(name: string, result: unknown): void {
    this.#operations.set(name, result);
  }

  /** Adds a signal to the queue of its name. */
  mockSignal(name: string, value: unknown): void {
    queue(this.#signals, name, value);
  }

  advanceTime(duration: Duration): void {
    this.#now += duration.toMilliseconds();
  }

  // ---- What has happened

  get executedTasks(): readonly TrackedTask[] {
    return this.#executedTasks;
  }

  get startedTimers(): readonly TrackedTimer[] {
    return this.#startedTimers;
  }

  get createdPromises(): readonly TrackedPromise[] {
    return this.#createdPromises;
  }

  get startedChildWorkflows(): readonly TrackedChildWorkflow[] {
    return this.#startedChildren;
  }

  get executedOperations(): readonly TrackedOperation[] {
    return this.#executedOperations;
  }

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
    return new MockTaskHandle<O>(`mock-task-${this.#next()}`, this.#endTask(task.name, input, options));
  }

  async scheduleByName<O = unknown>(taskName: string, input: unknown, options?: TaskOptions): Promise<O> {
    return settled<O>(this.#endTask(taskName, input, options));
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
    return new MockWorkflowHandle<O>(`mock-workflow-${this.#next()}`, outcome);
  }

  async sleep(duration: Duration): Promise<void> {
    this.#fire(duration);
  }

  async sleepUntil(time: Date): Promise<void> {
    this.#fire(Duration.milliseconds(Math.max(0, time.getTime() - this.#now)));
  }

  timer(duration: Duration, options: { id?: string | undefined } = {}): TimerHandle {
    return new MockTimerHandle(options.id ?? `sleep-${this.#startedTimers.length + 1}`, () => this.#fire(duration));
  }

  async promise<T = unknown>(name: string, options?: PromiseOptions): Promise<T> {
    const outcome = this.#promises.get(name);
    if (outcome === undefined) {
      throw new Error(
        `No mocked resolution for promise "${name}". Call mockPromiseResolution or mockPromiseRejection before the workflow runs.`,
      );
    }
    this.#createdPromises.push(
      'error' in outcome
        ? { name, options, resolved: false, error: outcome.error.message }
        : { name, options, resolved: true, value: outcome.value },
    );
    return settled<T>(outcome);
  }

  async waitForSignal<T = unknown>(name: string): Promise<T> {
    const signals = this.#signals.get(name);
    if (signals === undefined || signals.length === 0) {
      throw new Error(`No signals in queue for "${name}". Call mockSignal before the workflow runs.`);
    }
    return signals.shift() as T;
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
    if (this.#isCancelled) throw new WorkflowCancelled(undefined, this.#cancelReason);
  }

  requestCancellation(reason?: string): void {
    this.#isCancelled = true;
    this.#cancelReason ??= reason;
  }

  get isCancellationRequested(): boolean {
    return this.#isCancelled;
  }

  #endTask(taskName: string, input: unknown, options: TaskOptions | undefined): Outcome {
    const outcome = this.#tasks.get(taskName)?.shift();
    if (outcome === undefined) {
      throw new Error(`No mocked result for task "${taskName}". Call mockTaskResult before the workflow runs.`);
    }
    this.#executedTasks.push({ taskName, input, options, result: resultOf(outcome) });
    return outcome;
  }

  #fire(duration: Duration): void {
    this.advanceTime(duration);
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
  return 'error' in outcome ? outcome.error : outcome.value;
}
