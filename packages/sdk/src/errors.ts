import type { StreamIssue } from '@flovyn/events';
import type { Violation } from './replay/mismatch.js';

const mark = Symbol.for('flovyn.FlovynError');

/**
 * The root of everything this package throws on purpose.
 *
 * @example
 *   import { TaskFailed } from '@flovyn/sdk';
 *
 *   try {
 *     await ctx.schedule(chargeCard, order);
 *   } catch (error) {
 *     if (!TaskFailed.is(error)) throw error;
 *     ctx.log.warn(`not charged: ${error.message}`);
 *   }
 * @see docs/concepts/failure-and-retry.md
 */
export class FlovynError extends Error {
  override readonly name: string = 'FlovynError';
  /** What it was made of, such as what the server said. */
  declare readonly cause?: Error;
  /** @internal */
  readonly [mark] = true;

  constructor(message: string, cause?: Error) {
    super(message, cause === undefined ? undefined : { cause });
  }

  /**
   * True for an error of this class from any installed copy of the package, where `instanceof` knows only its own copy.
   * `FlovynError.is` is true for all of them.
   */
  static is<Class extends abstract new (...args: never) => Error>(
    this: Class,
    error: unknown,
  ): error is InstanceType<Class> {
    if (typeof error !== 'object' || error === null || !(mark in error)) return false;
    return this.name === 'FlovynError' || (error as unknown as Error).name === this.name;
  }
}

/**
 * Kept for code that names it. This package never throws it: a wait is a promise that does not settle, so workflow code
 * cannot observe a suspension.
 */
export class WorkflowSuspended extends FlovynError {
  override readonly name = 'WorkflowSuspended';
  /** What the workflow had asked for, as JSON text. */
  readonly commands: string;

  constructor(message = 'Workflow suspended', commands: string) {
    super(message);
    this.commands = commands;
  }
}

/** The execution was asked to end, or something it waited for was cancelled. */
export class WorkflowCancelled extends FlovynError {
  override readonly name = 'WorkflowCancelled';
  /** In the words of whoever asked for it. */
  readonly reason: string | undefined;

  constructor(message = 'Workflow was cancelled', reason?: string) {
    super(message);
    this.reason = reason;
  }
}

/** An execution ended with an error. Clients get it; a parent gets `ChildWorkflowFailed` of its child. */
export class WorkflowFailed extends FlovynError {
  override readonly name = 'WorkflowFailed';
  /** The id of the execution. */
  readonly workflowId: string;

  constructor(workflowId: string, message: string, cause?: Error) {
    super(`Workflow ${workflowId} failed: ${message}`, cause);
    this.workflowId = workflowId;
  }
}

/** Workflow code issued another command than its history says. The execution fails for good; code cannot catch it. */
export class DeterminismViolation extends FlovynError {
  override readonly name = 'DeterminismViolation';
  /** The violation as JSON text. */
  readonly details: string | undefined;
  /** The violation, when the replayer found it. */
  readonly violation: Violation | undefined;

  constructor(message: string, details?: string, violation?: Violation) {
    super(`Determinism violation: ${message}`);
    this.details = details;
    this.violation = violation;
  }
}

/**
 * A task ended badly. Thrown by task code, `retryable: false` ends the task without another attempt.
 *
 * @example
 *   import { TaskFailed, task } from '@flovyn/sdk';
 *
 *   export const parse = task<string, unknown>({
 *     name: 'parse',
 *     async run(ctx, text) {
 *       if (text === '') throw new TaskFailed('There is no text.', ctx.taskExecutionId, false);
 *       return JSON.parse(text);
 *     },
 *   });
 */
export class TaskFailed extends FlovynError {
  override readonly name = 'TaskFailed';
  /** The id of the task. */
  readonly taskExecutionId: string;
  /** Whether another attempt might have helped; a task whose attempts are used up keeps what its last one said. */
  readonly retryable: boolean;

  /** @param retryable - true when absent. */
  constructor(message: string, taskExecutionId: string, retryable = true, cause?: Error) {
    super(message, cause);
    this.taskExecutionId = taskExecutionId;
    this.retryable = retryable;
  }
}

/** A task was cancelled. Task code that was asked to end throws it, too. */
export class TaskCancelled extends FlovynError {
  override readonly name = 'TaskCancelled';
  /** The id of the task. */
  readonly taskExecutionId: string;

  constructor(taskExecutionId: string, message = 'Task cancelled') {
    super(message);
    this.taskExecutionId = taskExecutionId;
  }
}

/**
 * A task took longer than it was given. Made for code that limits a part of its own work: a task whose `timeout` is
 * over reaches its workflow as `TaskFailed`.
 */
export class TaskTimeout extends FlovynError {
  override readonly name = 'TaskTimeout';
  /** The id of the task. */
  readonly taskExecutionId: string;
  /** The time it was given, in milliseconds. */
  readonly timeoutMs: number;

  constructor(taskExecutionId: string, timeoutMs: number) {
    super(`Task ${taskExecutionId} timed out after ${timeoutMs}ms`);
    this.taskExecutionId = taskExecutionId;
    this.timeoutMs = timeoutMs;
  }
}

/** A durable promise was not settled in the time it was given. */
export class PromiseTimeout extends FlovynError {
  override readonly name = 'PromiseTimeout';
  /** The id of the promise. */
  readonly promiseId: string;
  /** The time it was given, in milliseconds. */
  readonly timeoutMs: number | undefined;

  constructor(promiseId: string, timeoutMs?: number) {
    super(
      timeoutMs === undefined
        ? `Promise ${promiseId} timed out`
        : `Promise ${promiseId} timed out after ${timeoutMs}ms`,
    );
    this.promiseId = promiseId;
    this.timeoutMs = timeoutMs;
  }
}

/** Something that was waited for by `withTimeout` took longer. */
export class OperationTimeout extends FlovynError {
  override readonly name = 'OperationTimeout';
  /** The time it was given, in milliseconds; absent when the limit was a timer that ran already. */
  readonly timeoutMs: number | undefined;

  constructor(timeoutMs?: number) {
    super(timeoutMs === undefined ? 'Operation timed out' : `Operation timed out after ${timeoutMs}ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** A durable promise was rejected from outside. */
export class PromiseRejected extends FlovynError {
  override readonly name = 'PromiseRejected';
  /** The id of the promise. */
  readonly promiseId: string;
  /** In the words of whoever rejected it. */
  readonly reason: string;

  constructor(promiseId: string, reason: string) {
    super(`Promise ${promiseId} rejected: ${reason}`);
    this.promiseId = promiseId;
    this.reason = reason;
  }
}

/** A child workflow ended with an error, or was cancelled by others than its parent. */
export class ChildWorkflowFailed extends FlovynError {
  override readonly name = 'ChildWorkflowFailed';
  /** The id of the child. */
  readonly childExecutionId: string;

  constructor(childExecutionId: string, message: string, cause?: Error) {
    super(`Child workflow ${childExecutionId} failed: ${message}`, cause);
    this.childExecutionId = childExecutionId;
  }
}

/** The server cannot be reached, or did not answer in time. */
export class ConnectionError extends FlovynError {
  override readonly name = 'ConnectionError';
  /** The address that was tried. */
  readonly serverUrl: string;

  constructor(message: string, serverUrl: string, cause?: Error) {
    super(message, cause);
    this.serverUrl = serverUrl;
  }
}

/** The server does not accept who we say we are, or does not let us do what was asked. */
export class AuthenticationError extends FlovynError {
  override readonly name = 'AuthenticationError';
}

/** There is nothing with this id. */
export class NotFoundError extends FlovynError {
  override readonly name = 'NotFoundError';
  /** What there is none of. */
  readonly resourceType: 'workflow' | 'task' | 'promise';
  /** The id that nothing has. */
  readonly resourceId: string;

  constructor(resourceType: 'workflow' | 'task' | 'promise', resourceId: string) {
    super(`${resourceType} not found: ${resourceId}`);
    this.resourceType = resourceType;
    this.resourceId = resourceId;
  }
}

/** An option has a value that cannot work. */
export class ConfigurationError extends FlovynError {
  override readonly name = 'ConfigurationError';
}

/** Why a subscription ended before its execution did. `rpc` and `serialization` are kept for code that names them. */
export type StreamErrorKind =
  /** The server cannot be reached, or broke off and may not be asked again. */
  | 'connectionClosed'
  /** The server was silent for too long. */
  | 'timeout'
  /** What came cannot be read. */
  | 'parse'
  /** The server refused, with a `status`. */
  | 'http'
  | 'rpc'
  | 'serialization';

/** A live stream could not be read, or not to its end. */
export class StreamError extends FlovynError {
  override readonly name = 'StreamError';
  /** What has happened, for programs. */
  readonly kind: StreamErrorKind;
  /** The HTTP status of the answer, for kind `http`. */
  readonly status?: number;

  constructor(kind: StreamErrorKind, message: string, { status, cause }: { status?: number; cause?: Error } = {}) {
    super(message, cause);
    this.kind = kind;
    if (status !== undefined) this.status = status;
  }
}

/** A value does not fit the schema of the stream it was sent to. */
export class StreamEventInvalidError extends FlovynError {
  override readonly name = 'StreamEventInvalidError';
  /** The name of the stream. */
  readonly stream: string;
  /** What does not fit, and where. */
  readonly issues: readonly StreamIssue[];

  constructor(stream: string, issues: readonly StreamIssue[]) {
    const told = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
    super(`The value does not fit stream "${stream}": ${told}`);
    this.stream = stream;
    this.issues = issues;
  }
}

/** Asking a worker for something it cannot do in the state it is in. */
export class WorkerControlError extends FlovynError {
  override readonly name = 'WorkerControlError';
  /** What stands in the way, for programs. */
  readonly kind: 'notRunning' | 'shuttingDown' | 'invalidState' | 'timeout' | 'serverError' | 'rejectedByHook';

  constructor(kind: WorkerControlError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Makes anything that was thrown an `Error`. Never throws itself, whatever was. */
export function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(typeof thrown === 'string' ? thrown : safeText(thrown));
}

/** Whether something is an `Error`; a value that resists being looked at is none. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch {
    // A proxy that has been revoked, for example, throws at every look.
    return false;
  }
}

const SHORT = 10_000;

/** The words of an error, cut where they would not fit into any message. */
export function shortMessage(thrown: unknown): string {
  const { message } = toError(thrown);
  return message.length > SHORT ? `${message.slice(0, SHORT)}…` : message;
}

function safeText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Unprintable, a cycle for example.
    return 'Something that cannot be printed was thrown';
  }
}
