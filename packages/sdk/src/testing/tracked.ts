import type { Duration } from '../duration.js';
import type { ChildWorkflowOptions, PromiseOptions, TaskOptions } from '../types.js';

/** A task a workflow has scheduled. */
export interface TrackedTask {
  /** The kind of the task. */
  readonly taskName: string;
  /** What it was given. */
  readonly input: unknown;
  /** As the workflow gave them. */
  readonly options?: TaskOptions | undefined;
  /** What was mocked: its result, or its error; `undefined` for one that is open. */
  readonly result: unknown;
}

/** A wait for time. */
export interface TrackedTimer {
  /** How long it was to last. */
  readonly duration: Duration;
  /** What the clock showed when it was over. */
  readonly firedAt: Date;
}

/** A promise a workflow has waited for. */
export interface TrackedPromise {
  /** The name of the promise. */
  readonly name: string;
  /** As the workflow gave them. */
  readonly options?: PromiseOptions | undefined;
  /** Whether a value was mocked for it. */
  readonly resolved: boolean;
  /** That value. */
  readonly value?: unknown;
  /** What it was mocked to be rejected with. */
  readonly error?: string | undefined;
}

/** A child workflow that was started. */
export interface TrackedChildWorkflow {
  /** The kind of the child. */
  readonly workflowName: string;
  /** What it was given. */
  readonly input: unknown;
  /** As the workflow gave them. */
  readonly options?: ChildWorkflowOptions | undefined;
  /** What was mocked: its result, or its error; `undefined` for one that is open. */
  readonly result: unknown;
}

/** A task or child workflow that was asked to end before the workflow knew it to have ended. */
export interface TrackedCancellation {
  /** The id of its handle. */
  readonly id: string;
  /** The kind of the task or child. */
  readonly name: string;
  /** As the workflow gave it, or the words that stand for none. */
  readonly reason: string;
}

/** A signal that was sent to a child workflow. */
export interface TrackedSignal {
  /** The id of the child's handle. */
  readonly workflowId: string;
  /** The kind of the child. */
  readonly workflowName: string;
  /** The name of the signal. */
  readonly signalName: string;
  /** What was sent with it. */
  readonly payload: unknown;
}

/** A recorded side effect. */
export interface TrackedOperation {
  /** The name `ctx.run` was given. */
  readonly name: string;
  /** What it gave: the mocked result, or what its function returned. */
  readonly result: unknown;
}
