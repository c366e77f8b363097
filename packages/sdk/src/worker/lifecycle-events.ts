import type { RegistrationInfo } from './registration.js';
import type { StopReason } from './worker-status.js';

/** One execution of a workflow on this worker, or one attempt of a task. */
export type WorkType = 'workflow' | 'task';

/**
 * What a worker tells about itself. Normal order: `starting`, `registered`, `ready`; at the end `shutting_down`, `stopped`.
 * After a cut: `disconnected`, `reconnecting` for each attempt, `reconnected`.
 */
export type WorkerLifecycleEvent =
  /** `workerId` is what the worker calls itself; the server's id of it comes with `registered`. */
  | { readonly name: 'starting'; readonly workerId: string; readonly workerName?: string }
  /** The server knows the worker. Told again only when it knows it by another id. */
  | { readonly name: 'registered'; readonly info: RegistrationInfo }
  /** The server could not be reached, or refused. */
  | { readonly name: 'registration_failed'; readonly error: string; readonly willRetry: boolean }
  /** Work may come. */
  | { readonly name: 'ready'; readonly serverWorkerId?: string }
  /**
   * An attempt of a task begins, or the code of an execution begins on this worker: its first turn here, or one after
   * the worker had let go of it.
   */
  | { readonly name: 'work_received'; readonly workType: WorkType; readonly executionId: string }
  /** The server has the result. Follows no attempt and no execution that went to another worker. */
  | {
      readonly name: 'work_completed';
      readonly workType: WorkType;
      readonly executionId: string;
      readonly durationMs: number;
    }
  /**
   * The attempt or the execution failed, or was cancelled; an attempt may be followed by another one. Also told, each time,
   * when a turn or the end of an attempt could not be stored, or a turn not be played: that is tried again.
   */
  | {
      readonly name: 'work_failed';
      readonly workType: WorkType;
      readonly executionId: string;
      readonly error: string;
    }
  /** The connection was lost. */
  | { readonly name: 'disconnected'; readonly error: string }
  /** An attempt begins. 0 is the one that is made at once; the others are counted from 1. */
  | { readonly name: 'reconnecting'; readonly attempt: number }
  /** A connection stands again. */
  | { readonly name: 'reconnected' }
  /** The interval of a heartbeat has passed, and the server was given a sign of life in it: any frame is one. */
  | { readonly name: 'heartbeat_sent' }
  /** No sign of life could be given, or the server did not answer the last one. */
  | { readonly name: 'heartbeat_failed'; readonly error: string; readonly consecutiveFailures: number }
  /** No new work is taken. */
  | { readonly name: 'paused'; readonly reason: string }
  /** Work is taken again. */
  | { readonly name: 'resumed' }
  /** `graceful`: work in progress is waited for. */
  | { readonly name: 'shutting_down'; readonly graceful: boolean }
  /** The last event. */
  | { readonly name: 'stopped'; readonly reason: StopReason; readonly uptimeMs: number };

/** The name of an event. */
export type WorkerLifecycleEventName = WorkerLifecycleEvent['name'];

/** An event of one name. */
export type WorkerLifecycleEventOf<Name extends WorkerLifecycleEventName> = Extract<
  WorkerLifecycleEvent,
  { readonly name: Name }
>;

/** Which events a subscriber gets: those of some names, or those a function says yes to. All when absent. */
export type WorkerEventFilter = readonly WorkerLifecycleEventName[] | ((event: WorkerLifecycleEvent) => boolean);

const ERRORS: ReadonlySet<WorkerLifecycleEventName> = new Set([
  'registration_failed',
  'work_failed',
  'disconnected',
  'heartbeat_failed',
]);

/**
 * Whether an event tells of something that went wrong: `registration_failed`, `work_failed`, `disconnected` or
 * `heartbeat_failed`.
 *
 * @example
 *   import { isWorkerErrorEvent } from '@flovyn/sdk';
 *
 *   for await (const event of worker.subscribe(isWorkerErrorEvent)) console.error(event);
 */
export function isWorkerErrorEvent(event: WorkerLifecycleEvent): boolean {
  return ERRORS.has(event.name);
}

/** @returns the filter as a function. */
export function toPredicate(filter: WorkerEventFilter | undefined): (event: WorkerLifecycleEvent) => boolean {
  if (filter === undefined) return () => true;
  if (typeof filter === 'function') return filter;
  const names = new Set(filter);
  return ({ name }) => names.has(name);
}
