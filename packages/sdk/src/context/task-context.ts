import type { StreamEvent, StreamEventType } from '@flovyn/events';
import { TaskCancelled } from '../errors.js';
import { StreamEvents } from '../stream-events.js';
import { createTaskLogger } from '../task.js';
import type { Logger, TaskContext } from '../types.js';

/** What an attempt is about. */
export interface TaskActivation {
  /** The id of the task. */
  taskExecutionId: string;
  /** The name of its definition. */
  taskKind: string;
  /** JSON text. */
  input: string;
  /** Absent for a task without a workflow. */
  workflowExecutionId?: string | undefined;
  /** The number of the attempt, from 1. */
  attempt: number;
  /** Attempts after the first one. */
  maxRetries: number;
  /** From when it was scheduled, in milliseconds; none when absent. */
  timeoutMs?: number | undefined;
}

/** A piece of live output on its way out. `data` is the text, the number, the value or the message. */
export interface InternalStreamEvent {
  /** Which sort of output it is. */
  type: StreamEventType;
  /** What is shown. */
  data: unknown;
  /** Epoch milliseconds. */
  timestamp: number;
  /** The words that go with progress. */
  details?: string;
  /** The code that goes with an error. */
  code?: string;
}

/**
 * What task code can do, reported to whoever runs it: the context that a worker makes. Tests use `MockTaskContext`.
 *
 * @example
 *   import { TaskContextImpl } from '@flovyn/sdk';
 *
 *   const activation = { taskExecutionId: 't-1', taskKind: 'charge-card', input: '{}', attempt: 1, maxRetries: 0 };
 *   const context = new TaskContextImpl(activation, (progress) => console.log(progress));
 *   await chargeCard.run(context, order);
 */
export class TaskContextImpl implements TaskContext {
  readonly taskExecutionId: string;
  readonly taskKind: string;
  /** The workflow execution it works for; absent for a task without a workflow. */
  readonly workflowExecutionId: string | undefined;
  readonly attempt: number;
  readonly log: Logger;
  #progress = 0;
  #lastHeartbeat = Date.now();
  #isCancelled = false;
  #cancelReason: string | undefined;
  readonly #streamEvents: InternalStreamEvent[] = [];
  readonly #onProgress: ((progress: number, details?: string) => void) | undefined;
  readonly #onHeartbeat: (() => void) | undefined;
  readonly #onStream: ((event: InternalStreamEvent) => void) | undefined;
  readonly #keepsEvents: boolean;

  constructor(
    activation: TaskActivation,
    onProgress?: (progress: number, details?: string) => void,
    onHeartbeat?: () => void,
    onStream?: (event: InternalStreamEvent) => void,
    /** A worker hands its log in, and keeps no copy of the output: a task may stream for days. */
    options: { readonly logger?: Logger; readonly keepStreamEvents?: boolean } = {},
  ) {
    this.taskExecutionId = activation.taskExecutionId;
    this.taskKind = activation.taskKind;
    this.workflowExecutionId = activation.workflowExecutionId;
    this.attempt = activation.attempt;
    this.#onProgress = onProgress;
    this.#onHeartbeat = onHeartbeat;
    this.#onStream = onStream;
    this.#keepsEvents = options.keepStreamEvents ?? true;
    this.log = options.logger ?? createTaskLogger(activation.taskExecutionId, activation.taskKind);
  }

  /** The progress reported last; 0 before. */
  get progress(): number {
    return this.#progress;
  }

  /** When the last sign of life was given, in epoch milliseconds. */
  get lastHeartbeat(): number {
    return this.#lastHeartbeat;
  }

  /** All output so far, in order. */
  get streamEvents(): readonly InternalStreamEvent[] {
    return this.#streamEvents;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  reportProgress(progress: number, details?: string): void {
    assertProgress(progress);
    this.#progress = progress;
    this.#onProgress?.(progress, details);
  }

  heartbeat(): void {
    this.#lastHeartbeat = Date.now();
    this.#onHeartbeat?.();
  }

  checkCancellation(): void {
    if (this.#isCancelled) throw this.cancellationError();
  }

  cancellationError(): Error {
    return new TaskCancelled(this.taskExecutionId, this.#cancelReason);
  }

  stream(event: StreamEvent): void {
    switch (event.type) {
      case 'token':
        this.streamToken(event.text);
        return;
      case 'progress':
        this.streamProgress(event.progress, event.details);
        return;
      case 'data':
        this.streamData(event.data);
        return;
      case 'error':
        this.streamError(event.message, event.code);
        return;
      default:
        // Output never fails a task, not even what no type check has seen.
        this.log.warn('A stream event must be a token, progress, data or error; this one is not shown:', event);
    }
  }

  streamToken(text: string): void {
    this.#emit({ type: 'token', data: text, timestamp: Date.now() });
  }

  streamProgress(progress: number, details?: string): void {
    const event = { type: 'progress', data: progress, timestamp: Date.now() } as const;
    this.#emit(details === undefined ? event : { ...event, details });
  }

  streamData(data: unknown): void {
    this.#emit({ type: 'data', data, timestamp: Date.now() });
  }

  streamError(message: string, code?: string): void {
    const event = { type: 'error', data: message, timestamp: Date.now() } as const;
    this.#emit(code === undefined ? event : { ...event, code });
  }

  /** Called by the worker when somebody asked the task to end. @internal */
  _markCancelled(reason?: string): void {
    this.#isCancelled = true;
    this.#cancelReason ??= reason === undefined || reason === '' ? undefined : reason;
  }

  #emit(event: InternalStreamEvent): void {
    if (this.#keepsEvents) this.#streamEvents.push(event);
    this.#onStream?.(event);
  }
}

/** Throws unless the number lies from 0 to 1. */
export function assertProgress(progress: number): void {
  if (!(progress >= 0 && progress <= 1)) throw new Error('Progress must be between 0 and 1');
}

/** The event as it stands in the stream. */
export function toStreamEvent({ type, data, details, code }: InternalStreamEvent): StreamEvent {
  switch (type) {
    case 'token':
      return StreamEvents.token(String(data));
    case 'progress':
      return StreamEvents.progress(Number(data), details);
    case 'data':
      return StreamEvents.data(data);
    case 'error':
      return StreamEvents.error(String(data), code);
  }
}
