import type { StreamDefinition, StreamEvent, StreamEventType, StreamInput } from '@flovyn/events';
import type { Duration } from './duration.js';

export type { StreamEvent, StreamEventType };

/** Turns values into text for the wire and back, as `JsonSerializer` does. */
export interface Serializer {
  /** The value as text. */
  serialize<T>(value: T): string;
  /** The value that `serialize` wrote. */
  deserialize<T>(text: string): T;
}

/**
 * Where lines for people go. The loggers of most libraries fit; `args` are what the console would print behind the
 * message.
 */
export interface Logger {
  /** What helps to find an error. */
  debug(message: string, ...args: unknown[]): void;
  /** What happens in the normal course of things. */
  info(message: string, ...args: unknown[]): void;
  /** What somebody should look at some day. */
  warn(message: string, ...args: unknown[]): void;
  /** What somebody should look at now. */
  error(message: string, ...args: unknown[]): void;
}

/**
 * How often, and how fast, a failed task is tried again. The wait after failure `n` is
 * `initialDelay * backoffMultiplier ** (n - 1)`, but not longer than `maxDelay`, and may come up to a second late. What
 * lies outside of its range is refused with a `ConfigurationError` where the task is scheduled.
 *
 * @see docs/concepts/failure-and-retry.md
 */
export interface RetryPolicy {
  /** Attempts after the first one, from 0 (a single attempt) to 1,000; 3 when absent. */
  maxRetries?: number | undefined;
  /** The wait after the first failed attempt, at most a day; none when absent, and then there is none later either. */
  initialDelay?: Duration | undefined;
  /** The longest wait between two attempts, at most a day; a day when absent. */
  maxDelay?: Duration | undefined;
  /** What the wait grows by with each failed attempt, at least 1; 2 when absent. */
  backoffMultiplier?: number | undefined;
}

/** Options of one scheduled task. What is absent comes from the task's definition, then from the server. */
export interface TaskOptions {
  /** The queue whose workers may take the task; the workflow's own when absent. */
  queue?: string | undefined;
  /** From scheduling until the task fails for good, all attempts together: from 1 ms to 30 days; none when absent. */
  timeout?: Duration | undefined;
  /** How it is tried again. Given here, it replaces the whole policy of the definition. */
  retry?: RetryPolicy | undefined;
}

/** Options of one child workflow. */
export interface ChildWorkflowOptions {
  /** The queue whose workers may take the child; the parent's own when absent. */
  queue?: string | undefined;
  /** Seconds, a whole number, by which the child counts as older than it is: larger is sooner. */
  prioritySeconds?: number | undefined;
  /** The child's name in the parent's history, up to 255 characters, not necessarily unique; `<kind>-<k>` when absent. */
  name?: string | undefined;
}

/** Options of one promise. */
export interface PromiseOptions {
  /**
   * The promise rejects with `PromiseTimeout` when it is not settled in this time, at most a year, at once when that is
   * zero or less; never when absent.
   */
  timeout?: Duration | undefined;
  /** Lets outsiders settle the promise by a key of their own, of at most 255 characters, remembered for a day. */
  idempotencyKey?: string | undefined;
}

/**
 * A scheduled task. Awaiting the handle and awaiting `result()` are the same, so an async function cannot return one:
 * box it.
 *
 * @example
 *   const handle = ctx.schedule(chargeCard, order);
 *   const receipt = await handle; // or handle.result()
 */
export interface TaskHandle<O> extends PromiseLike<O> {
  /** The task's output; rejects with `TaskFailed` or `TaskCancelled`. Gives the same value every time. */
  result(): Promise<O>;
  /** The id of the task, a UUID: the same in every attempt and on every replay. */
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

/**
 * A durable timer. Awaiting it waits until it fires.
 *
 * @example
 *   import { Duration } from '@flovyn/sdk';
 *
 *   const lunch = ctx.timer(Duration.hours(1), { id: 'lunch' });
 *   lunch.cancel();
 */
export interface TimerHandle extends PromiseLike<void> {
  /** The id it was given, else `sleep-1`, `sleep-2` and so on. */
  readonly timerId: string;
  /** Ends the timer at once: who waits gets `WorkflowCancelled`. Nothing happens when it has fired or was cancelled before. */
  cancel(): void;
}

/**
 * A workflow execution: a child, seen from its parent, or any execution, seen from a client. Awaiting the handle and
 * awaiting `result()` are the same, so an async function cannot return one: box it.
 *
 * @example
 *   const { handle } = await client.startWorkflow(orderWorkflow, order);
 *   await handle.signal('gift-wrap', { paper: 'red' });
 *   console.log(handle.workflowId, await handle.result());
 */
export interface WorkflowHandle<O> extends PromiseLike<O> {
  /**
   * The execution's output, `null` when it has none. Gives the same every time.
   *
   * @throws {WorkflowFailed} from a client, when it failed; a parent gets `ChildWorkflowFailed`.
   * @throws {WorkflowCancelled} when it was cancelled. A parent whose child others have cancelled gets
   *   `ChildWorkflowFailed`.
   * @throws {NotFoundError} from a client, when there is no such execution.
   */
  result(): Promise<O>;
  /**
   * Asks the execution a question it declared in `handlers.queries`, or for the value it keeps under this key. A worker
   * answers from the history, within 10 s, also after the execution has ended.
   *
   * @param args - anything JSON can say; `null` when absent.
   * @throws {FlovynError} when it has neither, or the query throws. From a parent always: a replay could not repeat the
   *   answer, so query from a task.
   * @throws {ConnectionError} from a client, when nobody answers in time.
   * @example
   *   const { handle } = await client.startWorkflow(orderWorkflow, order);
   *   const step = await handle.query<string>('step');
   */
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
   *
   * @throws {FlovynError} from a client, when it has ended or does not exist.
   */
  cancel(reason?: string): Promise<void>;
  /** The id of the execution, a UUID. */
  readonly workflowId: string;
}

/**
 * What workflow code can ask for. Everything it gives is the same on every replay. Calls that command or wait throw a
 * `FlovynError` in a query, and in code that a timer or callback of its own runs.
 *
 * @example
 *   import { Duration, workflow } from '@flovyn/sdk';
 *
 *   export const ship = workflow<Order, string>({
 *     name: 'ship',
 *     async run(ctx, order) {
 *       const receipt = await ctx.schedule(chargeCard, order);
 *       await ctx.sleep(Duration.hours(1));
 *       return receipt.number;
 *     },
 *   });
 */
export interface WorkflowContext {
  /**
   * Schedules a task and gives its handle at once; the task starts when this turn of the workflow ends.
   *
   * @param input - anything JSON can say, at most 2 MiB of it.
   * @throws {ConfigurationError} for options outside of their range.
   * @throws {TypeError} when the input contains itself.
   * @example
   *   import { Duration } from '@flovyn/sdk';
   *
   *   const receipt = await ctx.schedule(chargeCard, order, { timeout: Duration.minutes(5) });
   */
  schedule<I, O>(task: TaskDefinition<I, O>, input: I, options?: TaskOptions): TaskHandle<O>;
  /**
   * Schedules a task by the name of its kind and waits for its output: for tasks whose code is elsewhere, such as those
   * of another language. Rejects with `TaskFailed` or `TaskCancelled`.
   *
   * @throws {ConfigurationError} for options outside of their range.
   * @example
   *   const pdf = await ctx.scheduleByName<{ url: string }>('render-pdf', { order: order.id }, { queue: 'rust' });
   */
  scheduleByName<O = unknown>(taskName: string, input: unknown, options?: TaskOptions): Promise<O>;
  /**
   * Starts a child workflow and gives its handle at once. Children may be 32 deep, and 1,000 may be open at a time.
   *
   * @throws {ConfigurationError} when `prioritySeconds` is no whole number.
   * @example
   *   const orders: Order[] = [order];
   *   const children = orders.map((each) => ctx.scheduleWorkflow(orderWorkflow, each));
   *   const receipts = await Promise.all(children);
   */
  scheduleWorkflow<I, O>(
    workflow: WorkflowDefinition<I, O>,
    input: I,
    options?: ChildWorkflowOptions,
  ): WorkflowHandle<O>;
  /**
   * Waits durably: the wait outlives worker and server, and costs neither memory nor a process. Rejects with
   * `WorkflowCancelled` when the execution is cancelled meanwhile.
   *
   * @param duration - at most a year; zero and less fire at once, fractions of a millisecond are cut.
   * @throws {ConfigurationError} when it is longer, or no finite number.
   * @example
   *   import { Duration } from '@flovyn/sdk';
   *
   *   await ctx.sleep(Duration.days(14));
   * @see docs/concepts/timer.md
   */
  sleep(duration: Duration): Promise<void>;
  /**
   * Waits durably until `time`, counted from `currentTime()`. What has passed is over at once.
   *
   * @throws {ConfigurationError} when it is no valid date.
   * @example
   *   await ctx.sleepUntil(new Date('2030-01-01T09:00:00Z'));
   */
  sleepUntil(time: Date): Promise<void>;
  /**
   * A durable timer that can be cancelled, and raced with other things.
   *
   * @param duration - as for `sleep`.
   * @param options - `id`: a name for it in the history; `sleep-1`, `sleep-2` and so on when absent.
   * @throws {FlovynError} when the execution has had a timer of this id.
   * @throws {ConfigurationError} when the duration is longer than a year, or no finite number.
   * @example
   *   import { Duration, select } from '@flovyn/sdk';
   *
   *   const first = await select([ctx.schedule(chargeCard, order), ctx.timer(Duration.minutes(5), { id: 'patience' })]);
   *   if (first.index === 1) ctx.log.warn('The bank is slow today');
   */
  timer(duration: Duration, options?: { id?: string | undefined }): TimerHandle;
  /**
   * Waits for somebody outside to settle a promise of this name: a person, a webhook, another program. Rejects with
   * `PromiseRejected` or `PromiseTimeout`. Each call makes a promise of its own, also under a name that was used
   * before.
   *
   * @param name - up to 255 characters.
   * @throws {ConfigurationError} when its timeout is longer than a year.
   * @example
   *   import { Duration } from '@flovyn/sdk';
   *
   *   const { by } = await ctx.promise<{ by: string }>('approval', { timeout: Duration.days(3) });
   * @see docs/concepts/promise.md
   */
  promise<T = unknown>(name: string, options?: PromiseOptions): Promise<T>;
  /**
   * The next signal of this name, in the order they came; one that came before the code asked counts. Rejects with
   * `WorkflowCancelled` when the execution is cancelled meanwhile.
   *
   * @example
   *   const address = await ctx.waitForSignal<{ street: string }>('address-changed');
   * @see docs/concepts/signal.md
   */
  waitForSignal<T = unknown>(name: string): Promise<T>;
  /** Whether `waitForSignal` of this name would be over at once. */
  hasSignal(name: string): boolean;
  /** How many signals of this name are there and not taken. */
  pendingSignalCount(name: string): number;
  /**
   * Takes every signal of this name that is there, the oldest first; none when none is.
   *
   * @example
   *   const said = [await ctx.waitForSignal<string>('message'), ...ctx.drainSignals<string>('message')];
   */
  drainSignals<T = unknown>(name: string): T[];
  /**
   * Runs `fn` once and records its result; a replay gives the recorded result and does not call `fn`. An error is
   * recorded as well, by name and message, and is not tried again: what deserves a retry is a task. The result comes
   * back as it is after its way through JSON. When the worker dies before the record is stored, `fn` runs again.
   *
   * @param operationName - up to 255 characters; calls of one name are told apart by their order.
   * @param fn - may take 10 minutes; after that the turn is given up and nothing of it is kept.
   * @example
   *   const seats = await ctx.run('read-seats', () => ['1A', '1B']);
   */
  run<T>(operationName: string, fn: () => T | Promise<T>): Promise<T>;
  /**
   * The value kept under `key`, as a copy, or `null`.
   *
   * @example
   *   ctx.set('step', (ctx.get<number>('step') ?? 0) + 1);
   */
  get<T = unknown>(key: string): T | null;
  /**
   * Keeps a copy of `value` durably, at most 2 MiB of JSON. Others can read it while the execution runs: `GET
   * .../state`, or `handle.query(key)`. A signal handler may do it, too.
   *
   * @param key - up to 255 characters.
   * @throws {TypeError} when the value contains itself.
   * @example
   *   ctx.set('progress', { done: 3, of: 10 });
   */
  set<T>(key: string, value: T): void;
  /** Forgets the value kept under `key`. */
  clear(key: string): void;
  /** Forgets every value. */
  clearAll(): void;
  /** The keys under which values are kept, in the order in which they were first set. */
  stateKeys(): string[];
  /**
   * The time of the newest fact the code has seen: it stands still while the code runs, and is the same on every
   * replay, where `new Date()` is not.
   */
  currentTime(): Date;
  /** The same in milliseconds since 1970. */
  currentTimeMillis(): number;
  /** A UUID that is the same on every replay. */
  randomUUID(): string;
  /** A number from 0 to below 1 that is the same on every replay. */
  random(): number;
  /**
   * For loops that wait for nothing else.
   *
   * @throws {WorkflowCancelled} once the execution was asked to end.
   * @example
   *   for (const each of [order, order]) {
   *     ctx.checkCancellation();
   *     ctx.schedule(chargeCard, each);
   *   }
   */
  checkCancellation(): void;
  /**
   * Asks this execution to end, as a request from outside would. `isCancellationRequested` is true at once,
   * `checkCancellation()` throws from now on, and what the code waits for next rejects. Later calls change nothing.
   *
   * @example
   *   if (order.cents === 0) ctx.requestCancellation('nothing to pay');
   */
  requestCancellation(reason?: string): void;
  /** Whether somebody, or the code itself, has asked this execution to end. */
  readonly isCancellationRequested: boolean;
  /** Lines for people, to the worker's `logger`. Silent while recorded history is replayed. */
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

/**
 * What task code can do. Output, progress, logs and signs of life return at once and never fail the task.
 *
 * @example
 *   import { task } from '@flovyn/sdk';
 *
 *   export const importRows = task<string[], number>({
 *     name: 'import-rows',
 *     async run(ctx, rows) {
 *       for (const [index, row] of rows.entries()) {
 *         ctx.checkCancellation();
 *         ctx.log.info('row', row);
 *         ctx.reportProgress((index + 1) / rows.length);
 *       }
 *       return rows.length;
 *     },
 *   });
 */
export interface TaskContext {
  /** The id of the task, a UUID. It is the same in every attempt: a key for what must not happen twice. */
  readonly taskExecutionId: string;
  /** The name of the task's definition. */
  readonly taskKind: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /**
   * How far the task is, from 0 to 1, and in words: an entry of the stream, and `progress` of the task.
   *
   * @throws {Error} when `progress` lies outside.
   * @example
   *   import { task } from '@flovyn/sdk';
   *
   *   export const count = task<string, number>({
   *     name: 'count',
   *     async run(ctx, text) {
   *       const words = text.split(' ');
   *       for (const index of words.keys()) ctx.reportProgress((index + 1) / words.length, `${index + 1} words`);
   *       return words.length;
   *     },
   *   });
   * @see docs/guides/report-progress.md
   */
  reportProgress(progress: number, details?: string): void;
  /** A sign of life, shown as `lastHeartbeatAt`. The worker keeps its claim on the task by itself. */
  heartbeat(): void;
  /**
   * For long loops: the way to end soon when nobody wants the result any more.
   *
   * @throws {TaskCancelled} once somebody asked the task to end, or another worker has it.
   */
  checkCancellation(): void;
  /** What `checkCancellation` would throw, for rejecting something else with it. */
  cancellationError(): Error;
  /** Whether somebody asked the task to end, or another worker has it: nothing it still does counts. */
  readonly isCancelled: boolean;
  /**
   * Shows a piece of live output, at most 1 MiB as JSON. What cannot be sent is left out; the worker logs why, and
   * readers get an error entry with the code `STREAM_LOSS`.
   *
   * @example
   *   import { task } from '@flovyn/sdk';
   *
   *   export const shout = task<string, string>({
   *     name: 'shout',
   *     async run(ctx, text) {
   *       ctx.stream({ type: 'token', text: text.toUpperCase() });
   *       return text.toUpperCase();
   *     },
   *   });
   * @see docs/guides/stream-tokens.md
   */
  stream(event: StreamEvent): void;
  /**
   * Writes to a stream of your own.
   *
   * @throws {ConfigurationError} when the task does not name it in its `streams`.
   * @example
   *   import { defineStream, task } from '@flovyn/sdk';
   *   import { z } from 'zod';
   *
   *   const words = defineStream({ name: 'words', schema: z.object({ word: z.string() }) });
   *   export const spell = task<string, number>({
   *     name: 'spell',
   *     streams: [words],
   *     async run(ctx, text) {
   *       for (const word of text.split(' ')) ctx.stream(words).send({ word });
   *       return text.length;
   *     },
   *   });
   */
  stream<Definition extends StreamDefinition>(definition: Definition): StreamWriter<StreamInput<Definition>>;
  /**
   * Shows a piece of text. Return the whole text as well: only the result of a task is kept in the history.
   *
   * @example
   *   import { task } from '@flovyn/sdk';
   *
   *   export const speak = task<string, string>({
   *     name: 'speak',
   *     async run(ctx, text) {
   *       for (const word of text.split(' ')) ctx.streamToken(`${word} `);
   *       return text;
   *     },
   *   });
   */
  streamToken(text: string): void;
  /**
   * As `reportProgress`, but a number outside of 0 to 1 is moved to the nearer end.
   *
   * @example
   *   import { task } from '@flovyn/sdk';
   *
   *   export const wait = task<string, void>({
   *     name: 'wait',
   *     async run(ctx, text) {
   *       ctx.streamProgress(0, `waiting for ${text}`);
   *       await fetch(text);
   *       ctx.streamProgress(1);
   *     },
   *   });
   */
  streamProgress(progress: number, details?: string): void;
  /**
   * Shows a value: anything JSON can say.
   *
   * @example
   *   import { task } from '@flovyn/sdk';
   *
   *   export const measure = task<string, number>({
   *     name: 'measure',
   *     async run(ctx, text) {
   *       ctx.streamData({ words: text.split(' ').length });
   *       return text.length;
   *     },
   *   });
   */
  streamData(data: unknown): void;
  /**
   * Shows an error the task survives, with a code for programs.
   *
   * @example
   *   import { task } from '@flovyn/sdk';
   *
   *   export const tidy = task<string, string>({
   *     name: 'tidy',
   *     async run(ctx, text) {
   *       if (text === '') ctx.streamError('There is no text; the default is taken.', 'NO_TEXT');
   *       return text || 'Hello';
   *     },
   *   });
   */
  streamError(message: string, code?: string): void;
  /** Lines for people: to the worker's `logger`, and kept with the task. */
  readonly log: Logger;
}

/** What a workflow answers and hears while it runs. */
export interface WorkflowHandlers<_I = unknown, _O = unknown> {
  /**
   * By the name of the signal: called when one arrives, before anybody waiting for it wakes. Must not await. May read
   * and write state, nothing else. What it throws fails the workflow.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- authors annotate the payload as they know it
  signals?: Record<string, (ctx: WorkflowContext, payload: any) => void> | undefined;
  /** By the name of the query: called to answer it, at any time. Must not await. May read, never command. */
  // oxlint-disable-next-line typescript/no-explicit-any -- authors annotate arguments and answer as they know them
  queries?: Record<string, (ctx: WorkflowContext, args: any) => any> | undefined;
}

/** What `workflow()` makes a workflow of. */
export interface WorkflowConfig<I = unknown, O = unknown> {
  /** The kind, by which it is started, scheduled and routed: 1 to 255 of the characters `A-Z a-z 0-9 _ . : / @ -`. */
  name: string;
  /** What it is for, in words: shown where the workers' kinds are listed. */
  description?: string | undefined;
  /** Of the code, for people: shown with the executions that are started by this definition. At most 255 characters. */
  version?: string | undefined;
  /** Told to the server, which does not enforce it in this version; use `withTimeout` inside. */
  timeout?: Duration | undefined;
  /**
   * The code. Its input and output are anything JSON can say, at most 2 MiB each, and dates, `bigint` and bytes. What
   * it throws fails the execution.
   */
  run: (ctx: WorkflowContext, input: I) => Promise<O>;
  /** What it answers and hears while it runs. */
  handlers?: WorkflowHandlers<I, O> | undefined;
}

/** A workflow, as `workflow()` gives it: what was said in its `WorkflowConfig`, and nothing else. */
export interface WorkflowDefinition<I = unknown, O = unknown> {
  /** The kind. */
  readonly name: string;
  /** What it is for, in words. */
  readonly description?: string;
  /** Of the code, for people. */
  readonly version?: string;
  /** Told to the server, which does not enforce it in this version. */
  readonly timeout?: Duration;
  /** What it answers and hears while it runs. */
  readonly handlers?: WorkflowHandlers<I, O>;
  /** The code. Tests may call it with a `MockWorkflowContext`. */
  run(ctx: WorkflowContext, input: I): Promise<O>;
}

/**
 * Called around each attempt, in the worker that makes it. A hook is awaited; one that throws is logged and changes
 * nothing.
 *
 * @example
 *   import { task } from '@flovyn/sdk';
 *
 *   export const watched = task<string, number>({
 *     name: 'watched',
 *     run: async (ctx, text) => text.length,
 *     hooks: { onFailure: (ctx, text, error) => console.error(ctx.attempt, text, error.message) },
 *   });
 */
export interface TaskHooks<I = unknown, O = unknown> {
  /** Before the code of an attempt. */
  onStart?(ctx: TaskContext, input: I): void | Promise<void>;
  /** After it has returned, before the worker reports it: the server may still refuse it. */
  onSuccess?(ctx: TaskContext, input: I, output: O): void | Promise<void>;
  /** After an attempt has thrown an `Error`, the one of a cancellation included. Another attempt may follow. */
  onFailure?(ctx: TaskContext, input: I, error: Error): void | Promise<void>;
}

/** What `task()` makes a task of. */
export interface TaskConfig<I = unknown, O = unknown> {
  /** The kind, by which it is started, scheduled and routed: 1 to 255 of the characters `A-Z a-z 0-9 _ . : / @ -`. */
  name: string;
  /** What it is for, in words: shown where the workers' kinds are listed. */
  description?: string | undefined;
  /** From scheduling until the task fails for good, all attempts together: from 1 ms to 30 days; none when absent. */
  timeout?: Duration | undefined;
  /** How it is tried again; three times, at once, when absent. */
  retry?: RetryPolicy | undefined;
  /** Says that the task shows live output, so that pages expect it. Output works without it. */
  usesStreaming?: boolean | undefined;
  /**
   * The streams of your own that the task writes to, made by `defineStream`. Their schemas are registered with the task, so
   * that the server holds what is sent to them, too.
   */
  streams?: readonly StreamDefinition[] | undefined;
  /**
   * The code. Its input and output are anything JSON can say, at most 2 MiB each, and dates, `bigint` and bytes. What
   * it throws fails the attempt; `TaskFailed` with `retryable` false fails the task.
   */
  run: (ctx: TaskContext, input: I) => Promise<O>;
  /** Called around each attempt. */
  hooks?: TaskHooks<I, O> | undefined;
}

/** A task, as `task()` gives it: what was said in its `TaskConfig`, and nothing else. */
export interface TaskDefinition<I = unknown, O = unknown> {
  /** The kind. */
  readonly name: string;
  /** What it is for, in words. */
  readonly description?: string;
  /** From scheduling until the task fails for good, unless it is scheduled with another one. */
  readonly timeout?: Duration;
  /** How it is tried again, unless it is scheduled with another policy. */
  readonly retry?: RetryPolicy;
  /** Whether pages expect live output of it. */
  readonly usesStreaming?: boolean;
  /** The streams of your own that it writes to. */
  readonly streams?: readonly StreamDefinition[];
  /** Called around each attempt. */
  readonly hooks?: TaskHooks<I, O>;
  /** The code. Tests may call it with a `MockTaskContext`. */
  run(ctx: TaskContext, input: I): Promise<O>;
}

/** Told once per real transition of an execution this worker runs, not on replays. */
export interface WorkflowHook {
  /** The first turn of an execution has begun here. */
  onStarted?(workflowId: string, kind: string): void;
  /** It has returned, and the server has its output. */
  onCompleted?(workflowId: string, kind: string): void;
  /** It has failed, or was cancelled, and the server knows it. */
  onFailed?(workflowId: string, kind: string, error: Error): void;
}
