import {
  type StreamDefinition,
  type StreamEvent,
  type StreamEventType,
  type StreamInput,
  checkStreamValue,
} from '@flovyn/events';
import { ConfigurationError, StreamEventInvalidError, TaskCancelled } from '../errors.js';
import { StreamEvents } from '../stream-events.js';
import { createTaskLogger } from '../task.js';
import type { Logger, StreamWriter, TaskContext } from '../types.js';

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
  /** The stream of the author's own that `data` belongs to. */
  stream?: string;
}

export interface TaskContextOptions {
  /** For the words of task code. */
  readonly logger?: Logger;
  /** False for a worker, which keeps no copy of the output: a task may stream for days. */
  readonly keepStreamEvents?: boolean;
  /** The streams the task may write to; any when absent. */
  readonly streams?: readonly StreamDefinition[];
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
  readonly #streams: readonly StreamDefinition[] | undefined;

  constructor(
    activation: TaskActivation,
    onProgress?: (progress: number, details?: string) => void,
    onHeartbeat?: () => void,
    onStream?: (event: InternalStreamEvent) => void,
    options: TaskContextOptions = {},
  ) {
    this.taskExecutionId = activation.taskExecutionId;
    this.taskKind = activation.taskKind;
    this.workflowExecutionId = activation.workflowExecutionId;
    this.attempt = activation.attempt;
    this.#onProgress = onProgress;
    this.#onHeartbeat = onHeartbeat;
    this.#onStream = onStream;
    this.#keepsEvents = options.keepStreamEvents ?? true;
    this.#streams = options.streams;
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

  stream(event: StreamEvent): void;
  stream<Definition extends StreamDefinition>(definition: Definition): StreamWriter<StreamInput<Definition>>;
  stream(what: StreamEvent | StreamDefinition): StreamWriter<unknown> | undefined {
    if ('schema' in what) return this.#writerOf(what);
    this.#show(what);
    return undefined;
  }

  #show(event: StreamEvent): void {
    switch (event.type) {
      case 'token':
        this.streamToken(event.text);
        return;
      case 'progress':
        this.streamProgress(event.progress, event.details);
        return;
      case 'data':
        this.#emitData(event.data, event.stream);
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
    this.#emitData(data, undefined);
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

  #writerOf(definition: StreamDefinition): StreamWriter<unknown> {
    const { name } = definition;
    if (this.#streams !== undefined && !this.#streams.some((declared) => declared.name === name)) {
      throw new ConfigurationError(
        `Task "${this.taskKind}" writes to stream "${name}", which it does not declare. Add it to the task's \`streams\`.`,
      );
    }
    return {
      send: (value) => {
        const checked = checkStreamValue(definition, value);
        if (!checked.ok) throw new StreamEventInvalidError(name, checked.issues);
        this.#emitData(value, name);
      },
    };
  }

  #emitData(data: unknown, stream: string | undefined): void {
    const event = { type: 'data', data, timestamp: Date.now() } as const;
    this.#emit(stream === undefined ? event : { ...event, stream });
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
export function toStreamEvent({ type, data, details, code, stream }: InternalStreamEvent): StreamEvent {
  switch (type) {
    case 'token':
      return StreamEvents.token(String(data));
    case 'progress':
      return StreamEvents.progress(Number(data), details);
    case 'data':
      return StreamEvents.data(data, stream);
    case 'error':
      return StreamEvents.error(String(data), code);
  }
}
