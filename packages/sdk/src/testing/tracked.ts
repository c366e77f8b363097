import type { Duration } from '../duration.js';
import type { ChildWorkflowOptions, PromiseOptions, TaskOptions } from '../types.js';

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

/** A task or child workflow that was asked to end before the workflow knew it to have ended. */
export interface TrackedCancellation {
  /** The id of its handle. */
  readonly id: string;
  /** The kind of the task or child. */
  readonly name: string;
  readonly reason: string;
}

/** A signal that was sent to a child workflow. */
export interface TrackedSignal {
  readonly workflowId: string;
  readonly workflowName: string;
  readonly signalName: string;
  readonly payload: unknown;
}

/** A recorded side effect. */
export interface TrackedOperation {
  readonly name: string;
  readonly result: unknown;
}
