import type { StreamDefinition, StreamEvent, StreamEventType, StreamInput } from '@flovyn/events';
import type { Duration } from './duration.js';

export type { StreamEvent, StreamEventType };

/** Turns values into text for the wire and back. */
export interface Serializer {
  serialize<T>(value: T): string;
  deserialize<T>(text: string): T;
}

/** Where lines for people go. */
export interface Logger {
  debug(message: string, ...args: unknown[]): void;
  info(message: string, ...args: unknown[]): void;
  warn(message: string, ...args: unknown[]): void;
  error(message: string, ...args: unknown[]): void;
}

/** How often, and how fast, a failed task is tried again. */
export interface RetryPolicy {
  /** Attempts after the first one, 1,000 at most: 0 means a single attempt; the server's default is 3. */
  maxRetries?: number | undefined;
  /** Wait after the first failed attempt; at once when absent. */
  initialDelay?: Duration | undefined;
  /** The longest wait between two attempts. */
  maxDelay?: Duration | undefined;
  /** What the wait grows by with each failed attempt; at least 1. */
  backoffMultiplier?: number | undefined;
}

/** Options of one scheduled task. What is absent comes from the task's definition, then from the server. */
export interface TaskOptions {
  /** The queue whose workers may take the task; the workflow's own when absent. */
  queue?: string | undefined;
  /** From scheduling until the task fails for good, all attempts together: from 1 ms to 30 days; none when absent. */
  timeout?: Duration | undefined;
  retry?: RetryPolicy | undefined;
}

export interface ChildWorkflowOptions {
  /** The queue whose workers may take the child; the parent's own when absent. */
  queue?: string | undefined;
  /** Seconds, a whole number, by which the child counts as older than it is: larger is sooner. */
  prioritySeconds?: number | undefined;
  /** The child's name in the parent's history, up to 255 characters, not necessarily unique; `<kind>-<k>` when absent. */
  name?: string | undefined;
}

export interface PromiseOptions {
  /** The promise rejects with `PromiseTimeout` when it is not settled in this time, at once when that is zero or less; never when absent. */
  timeout?: Duration | undefined;
  /** Lets outsiders settle the promise by a key of their own. */
  idempotencyKey?: string | undefined;
}

/** A scheduled task. Awaiting the handle and awaiting `result()` are the same. */
export interface TaskHandle<O> extends PromiseLike<O> {
  /** The task's output; rejects with `TaskFailed` or `TaskCancelled`. Gives the same value every time. */
  result(): Promise<O>;
  readonly taskExecutionId: string;
  /**
   * Asks the task to end; it may still finish. Who awaits it gets `TaskCancelled` when it does not. Nothing happens when it
   * has ended already or was asked before.
   *
   * @param reason - `Cancelled by its workflow` when absent.
   */
  cancel(reason?: string): void;
  /** True once the task has ended by being cancelled: not by the request alone. */
  readonly isCancelled: boolean;
}

/** A durable timer. Awaiting it waits until it fires. */
export interface TimerHandle extends PromiseLike<void> {
  readonly timerId: string;
  /** Ends the timer at once: who waits gets `WorkflowCancelled`. Nothing happens when it has fired or was cancelled before. */
  cancel(): void;
}

/**
 * A workflow execution: a child, seen from its parent, or any execution, seen from a client. Awaiting the handle and
 * awaiting `result()` are the same, so an async function cannot return one: box it.
 */
export interface WorkflowHandle<O> extends PromiseLike<O> {
  /** The execution's output, `null` when it has none. Rejects when it failed or was cancelled. */
  result(): Promise<O>;
  /** Asks the execution a question it declared in `handlers.queries`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- callers state the answer's type, or none
  query<T = any>(queryName: string, args?: unknown): Promise<T>;
  /**
   * Sends a signal: each call is one signal. To a child it is sent with the turn of its parent, and not again when that is
   * replayed.
   *
   * @param payload - `null` when absent.
   * @throws {FlovynError} when the parent knows that the child has ended. One that ended unseen does not hear the signal.
   */
  signal(signalName: string, payload?: unknown): Promise<void>;
  /**
   * Asks the execution to end; it may still finish. The parent that awaits its child gets `WorkflowCancelled` when it does
   * not. Nothing happens to a child that has ended already or was asked before.
   */
  cancel(reason?: string): Promise<void>;
  readonly workflowId: string;
}

/** What workflow code can ask for. Everything it gives is the same on every replay. */
export interface WorkflowContext {
  /** Schedules a task and gives its handle at once; the task starts when this turn of the workflow ends. */
  schedule<I, O>(task: TaskDefinition<I, O>, input: I, options?: TaskOptions): TaskHandle<O>;
  /** Schedules a task by the name of its kind and waits for its output. */
  scheduleByName<O = unknown>(taskName: string, input: unknown, options?: TaskOptions): Promise<O>;
  /** Starts a child workflow and gives its handle at once. */
  scheduleWorkflow<I, O>(
    workflow: WorkflowDefinition<I, O>,
    input: I,
    options?: ChildWorkflowOptions,
  ): WorkflowHandle<O>;
  /** Waits durably; zero and negative durations fire at once. Rejects with `WorkflowCancelled` when it is cancelled. */
  sleep(duration: Duration): Promise<void>;
  /** Waits durably until `time`, counted from `currentTime()`. */
  sleepUntil(time: Date): Promise<void>;
  /** A durable timer that can be cancelled. An id of your own must be used once in an execution: a second timer of it throws. */
  timer(duration: Duration, options?: { id?: string | undefined }): TimerHandle;
  /**
   * Waits for somebody outside to settle a promise of this name. Rejects with `PromiseRejected` or `PromiseTimeout`. Each
   * call makes a promise of its own, also under a name that was used before.
   */
  promise<T = unknown>(name: string, options?: PromiseOptions): Promise<T>;
  /** The next signal of this name, in the order they came. */
  waitForSignal<T = unknown>(name: string): Promise<T>;
  hasSignal(name: string): boolean;
  pendingSignalCount(name: string): number;
  /** Takes every signal of this name that is there. */
  drainSignals<T = unknown>(name: string): T[];
  /**
   * Runs `fn` once and records its result; a replay gives the recorded result and does not call `fn`. An error is recorded
   * as well, by name and message, and is not tried again.
   */
  run<T>(operationName: string, fn: () => T | Promise<T>): Promise<T>;
  /** The value kept under `key`, or `null`. */
  get<T = unknown>(key: string): T | null;
  /** Keeps a copy of `value` durably. */
  set<T>(key: string, value: T): void;
  clear(key: string): void;
  clearAll(): void;
  stateKeys(): string[];
  /** The time of the newest fact the code has seen: it stands still while the code runs. */
  currentTime(): Date;
  currentTimeMillis(): number;
  randomUUID(): string;
  /** From 0 to below 1. */
  random(): number;
  /** Throws `WorkflowCancelled` once the execution was asked to end. */
  checkCancellation(): void;
  /**
   * Asks this execution to end, as a request from outside would. `isCancellationRequested` is true at once,
   * `checkCancellation()` throws from now on, and what the code waits for next rejects.
   */
  requestCancellation(reason?: string): void;
  readonly isCancellationRequested: boolean;
  /** Silent while recorded history is replayed. */
  readonly log: Logger;
}

/** Writes to a stream of the author's own. */
export interface StreamWriter<Input> {
  /**
   * Shows a value in its place among the other output, at most 1 MiB as JSON.
   *
   * @throws {StreamEventInvalidError} when the value does not fit the schema of the stream; then nothing is shown.
   */
  send(value: Input): void;
}

/** What task code can do. Output, progress, logs and signs of life return at once and never fail the task. */
export interface TaskContext {
  readonly taskExecutionId: string;
  readonly taskKind: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** How far the task is, from 0 to 1, and in words. Throws when `progress` lies outside. */
  reportProgress(progress: number, details?: string): void;
  /** A sign of life. */
  heartbeat(): void;
  /** Throws `TaskCancelled` once somebody asked the task to end. */
  checkCancellation(): void;
  cancellationError(): Error;
  readonly isCancelled: boolean;
  /** Shows a piece of live output, at most 1 MiB as JSON. */
  stream(event: StreamEvent): void;
  /**
   * Writes to a stream of your own.
   *
   * @throws {ConfigurationError} when the task does not name it in its `streams`.
   * @example
   *   ctx.stream(orders).send({ id: 'o-1', total: 12.5 });
   */
  stream<Definition extends StreamDefinition>(definition: Definition): StreamWriter<StreamInput<Definition>>;
  streamToken(text: string): void;
  streamProgress(progress: number, details?: string): void;
  streamData(data: unknown): void;
  /** Shows an error the task survives. */
  streamError(message: string, code?: string): void;
  readonly log: Logger;
}

export interface WorkflowHandlers<_I = unknown, _O = unknown> {
  /** Called when a signal arrives, before anybody waiting for it wakes. Must not await. */
  // oxlint-disable-next-line typescript/no-explicit-any -- authors annotate the payload as they know it
  signals?: Record<string, (ctx: WorkflowContext, payload: any) => void> | undefined;
  /** Called to answer a question. May read, never command. */
  // oxlint-disable-next-line typescript/no-explicit-any -- authors annotate arguments and answer as they know them
  queries?: Record<string, (ctx: WorkflowContext, args: any) => any> | undefined;
}

export interface WorkflowConfig<I = unknown, O = unknown> {
  /** The kind: what starts, schedules and routes the workflow by name. */
  name: string;
  description?: string | undefined;
  version?: string | undefined;
  timeout?: Duration | undefined;
  run: (ctx: WorkflowContext, input: I) => Promise<O>;
  handlers?: WorkflowHandlers<I, O> | undefined;
}

/** A workflow, as `workflow()` gives it. */
export interface WorkflowDefinition<I = unknown, O = unknown> {
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly timeout?: Duration;
  readonly handlers?: WorkflowHandlers<I, O>;
  run(ctx: WorkflowContext, input: I): Promise<O>;
}

/** Called around each attempt. A hook that throws is logged and changes nothing. */
export interface TaskHooks<I = unknown, O = unknown> {
  onStart?(ctx: TaskContext, input: I): void | Promise<void>;
  onSuccess?(ctx: TaskContext, input: I, output: O): void | Promise<void>;
  onFailure?(ctx: TaskContext, input: I, error: Error): void | Promise<void>;
}

export interface TaskConfig<I = unknown, O = unknown> {
  /** The kind: what starts, schedules and routes the task by name. */
  name: string;
  description?: string | undefined;
  /** From scheduling until the task fails for good, all attempts together. */
  timeout?: Duration | undefined;
  retry?: RetryPolicy | undefined;
  /** Says that the task shows live output, so that pages expect it. Output works without it. */
  usesStreaming?: boolean | undefined;
  /**
   * The streams of your own that the task writes to, made by `defineStream`. Their schemas are registered with the task, so
   * that the server holds what is sent to them, too.
   */
  streams?: readonly StreamDefinition[] | undefined;
  run: (ctx: TaskContext, input: I) => Promise<O>;
  hooks?: TaskHooks<I, O> | undefined;
}

/** A task, as `task()` gives it. */
export interface TaskDefinition<I = unknown, O = unknown> {
  readonly name: string;
  readonly description?: string;
  readonly timeout?: Duration;
  readonly retry?: RetryPolicy;
  readonly usesStreaming?: boolean;
  readonly streams?: readonly StreamDefinition[];
  readonly hooks?: TaskHooks<I, O>;
  run(ctx: TaskContext, input: I): Promise<O>;
}

/** Told once per real transition of an execution this worker runs, not on replays. */
export interface WorkflowHook {
  onStarted?(workflowId: string, kind: string): void;
  onCompleted?(workflowId: string, kind: string): void;
  onFailed?(workflowId: string, kind: string, error: Error): void;
}
