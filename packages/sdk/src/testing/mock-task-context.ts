import { TaskContextImpl, type InternalStreamEvent, toStreamEvent } from '../context/task-context.js';
import type { StreamDefinition, StreamInput } from '@flovyn/events';
import { type LogLevel, loggerTo } from '../log.js';
import type { StreamEvent, StreamEventType, StreamWriter, TaskContext } from '../types.js';

/** A piece of output a task has shown. */
export interface TrackedStreamEvent {
  /** Which sort of output it is. */
  readonly type: StreamEventType;
  /** The text, the number, the value or the message. */
  readonly value: unknown;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** The event as it would stand in the stream. */
  readonly event: StreamEvent;
}

/** A line a task has logged. */
export interface LoggedMessage {
  /** Which method of the logger was called: `debug`, `info`, `warn` or `error`. */
  readonly level: LogLevel;
  /** Its first argument. */
  readonly message: string;
  /** The others. */
  readonly args: readonly unknown[];
}

/**
 * A task context that records everything, for running a task by itself. It checks what the real one checks.
 *
 * @example
 *   import { task } from '@flovyn/sdk';
 *   import { MockTaskContext } from '@flovyn/sdk/testing';
 *
 *   const exportRows = task<number, string>({
 *     name: 'export-rows',
 *     async run(ctx, rows) {
 *       for (let row = 1; row <= rows; row += 1) ctx.reportProgress(row / rows);
 *       return 'rows.csv';
 *     },
 *   });
 *
 *   const mock = new MockTaskContext();
 *   await exportRows.run(mock, 2); // 'rows.csv'
 *   console.log(mock.progressUpdates); // [ 0.5, 1 ]
 * @see docs/guides/test-workflows-and-tasks.md
 */
export class MockTaskContext implements TaskContext {
  readonly taskExecutionId: string;
  readonly taskKind: string;
  /** What `reportProgress` was called with. */
  progressUpdates: number[] = [];
  /** When `heartbeat` was called, in epoch milliseconds. */
  heartbeats: number[] = [];
  /** All output, in order. `reportProgress` is not among it: see `progressUpdates`. */
  streamEvents: TrackedStreamEvent[] = [];
  /** All lines, in order. */
  logMessages: LoggedMessage[] = [];
  readonly log = loggerTo((level, message, args) => {
    this.logMessages.push({ level, message, args });
  });
  #attempt: number;
  readonly #context: TaskContextImpl;

  /** @param attempt - the number of the attempt, from 1. */
  constructor(taskExecutionId = 'mock-task-123', taskKind = 'mock-task', attempt = 1) {
    this.taskExecutionId = taskExecutionId;
    this.taskKind = taskKind;
    this.#attempt = attempt;
    // The real context does the checking, so that the mock cannot be more lenient.
    this.#context = new TaskContextImpl(
      { taskExecutionId, taskKind, input: 'null', attempt, maxRetries: 0 },
      (progress) => this.progressUpdates.push(progress),
      () => this.heartbeats.push(Date.now()),
      (event) => this.#track(event),
      { logger: this.log, keepStreamEvents: false },
    );
  }

  get attempt(): number {
    return this.#attempt;
  }

  /** Makes the task see another attempt. */
  setAttempt(attempt: number): void {
    this.#attempt = attempt;
  }

  /**
   * Makes the task see that it was asked to end.
   *
   * @example
   *   import { MockTaskContext } from '@flovyn/sdk/testing';
   *   import { expect } from 'vitest';
   *
   *   const mock = new MockTaskContext();
   *   mock.markCancelled();
   *   expect(() => mock.checkCancellation()).toThrow('Task cancelled');
   */
  markCancelled(): void {
    this.#context._markCancelled();
  }

  get isCancelled(): boolean {
    return this.#context.isCancelled;
  }

  checkCancellation(): void {
    this.#context.checkCancellation();
  }

  cancellationError(): Error {
    return this.#context.cancellationError();
  }

  reportProgress(progress: number, details?: string): void {
    this.#context.reportProgress(progress, details);
  }

  heartbeat(): void {
    this.#context.heartbeat();
  }

  stream(event: StreamEvent): void;
  stream<Definition extends StreamDefinition>(definition: Definition): StreamWriter<StreamInput<Definition>>;
  stream(what: StreamEvent | StreamDefinition): StreamWriter<unknown> | undefined {
    if ('schema' in what) return this.#context.stream(what);
    this.#context.stream(what);
    return undefined;
  }

  streamToken(text: string): void {
    this.#context.streamToken(text);
  }

  streamProgress(progress: number, details?: string): void {
    this.#context.streamProgress(progress, details);
  }

  streamData(data: unknown): void {
    this.#context.streamData(data);
  }

  streamError(message: string, code?: string): void {
    this.#context.streamError(message, code);
  }

  /** How often `heartbeat` was called. */
  get heartbeatCount(): number {
    return this.heartbeats.length;
  }

  /** The progress reported last; 0 before. */
  get progress(): number {
    return this.lastProgress() ?? 0;
  }

  /** The texts that were streamed. */
  get streamedTokens(): string[] {
    return this.#values<string>('token');
  }

  /** The numbers that `streamProgress` was called with. */
  get streamedProgress(): number[] {
    return this.#values<number>('progress');
  }

  /** The values that were streamed. */
  get streamedData(): unknown[] {
    return this.#values('data');
  }

  /** The messages of the errors that were streamed. */
  get streamedErrors(): string[] {
    return this.#values<string>('error');
  }

  /** What was sent to a stream of your own, in order. */
  sentTo<Definition extends StreamDefinition>({ name }: Definition): StreamInput<Definition>[] {
    return this.streamEvents.flatMap(({ event }) =>
      event.type === 'data' && event.stream === name ? [event.data as StreamInput<Definition>] : [],
    );
  }

  /** The newest output; absent before any. */
  lastStreamEvent(): TrackedStreamEvent | undefined {
    return this.streamEvents.at(-1);
  }

  /** The output of one sort, in order. */
  streamEventsOfType(type: StreamEventType): TrackedStreamEvent[] {
    return this.streamEvents.filter((event) => event.type === type);
  }

  /** As `streamedTokens`. */
  tokenEvents(): string[] {
    return this.streamedTokens;
  }

  /** All tokens as one text. */
  joinedTokens(): string {
    return this.streamedTokens.join('');
  }

  /** What `streamProgress` was called with, words included. */
  progressStreamEvents(): { progress: number; details?: string | undefined }[] {
    return this.streamEvents.flatMap(({ event }) =>
      event.type === 'progress' ? [{ progress: event.progress, details: event.details }] : [],
    );
  }

  /** The progress reported last; absent before any. */
  lastProgress(): number | undefined {
    return this.progressUpdates.at(-1);
  }

  /** Whether some line contains the text. */
  wasLogged(text: string): boolean {
    return this.logMessages.some(({ message }) => message.includes(text));
  }

  /** Forgets what was recorded. A cancellation stays. */
  clearRecordings(): void {
    this.progressUpdates = [];
    this.heartbeats = [];
    this.streamEvents = [];
    this.logMessages = [];
  }

  #track(internal: InternalStreamEvent): void {
    const { type, data, timestamp } = internal;
    this.streamEvents.push({ type, value: data, timestamp, event: toStreamEvent(internal) });
  }

  #values<T>(type: StreamEventType): T[] {
    return this.streamEventsOfType(type).map(({ value }) => value as T);
  }
}
