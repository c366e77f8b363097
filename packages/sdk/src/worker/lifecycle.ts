import { WorkerControlError } from '../errors.js';

/** Why a worker stopped. */
export type StopReason =
  | { readonly kind: 'graceful' }
  | { readonly kind: 'immediate' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'error'; readonly message: string };

/** What a worker is doing. */
export type WorkerStatus =
  | { readonly state: 'initializing' }
  | { readonly state: 'registering' }
  | { readonly state: 'running'; readonly serverWorkerId?: string; readonly startedAt: Date }
  | { readonly state: 'paused'; readonly reason: string }
  | {
      readonly state: 'reconnecting';
      readonly attempts: number;
      readonly disconnectedAt: Date;
      readonly lastError?: string;
    }
  | { readonly state: 'shuttingDown'; readonly requestedAt: Date; readonly inFlightCount: number }
  | { readonly state: 'stopped'; readonly stoppedAt: Date; readonly reason: StopReason };

/** What a worker tells about itself, by name. */
export interface WorkerLifecycleEvents {
  starting: { readonly workerName: string };
  ready: { readonly serverWorkerId: string };
  disconnected: { readonly error: string };
  reconnecting: { readonly attempt: number };
  reconnected: { readonly serverWorkerId: string };
  work_completed: { readonly workType: WorkType; readonly executionId: string; readonly durationMs?: number };
  work_failed: { readonly workType: WorkType; readonly executionId: string; readonly error: string };
  paused: { readonly reason: string };
  resumed: { readonly at: Date };
  shutting_down: { readonly graceful: boolean };
  stopped: { readonly reason: StopReason };
}

export type WorkType = 'workflow' | 'task';
export type WorkerLifecycleEventName = keyof WorkerLifecycleEvents;

type Listener = (data: never) => void;

/** The status of a worker, and who wants to hear of it. */
export class WorkerLifecycle {
  #status: WorkerStatus = { state: 'initializing' };
  readonly #listeners = new Map<WorkerLifecycleEventName, Set<Listener>>();

  get status(): WorkerStatus {
    return this.#status;
  }

  become(status: WorkerStatus): void {
    this.#status = status;
  }

  /** Calls `listener` with every event of this name. Returns how to stop. */
  on<Name extends WorkerLifecycleEventName>(
    name: Name,
    listener: (data: WorkerLifecycleEvents[Name]) => void,
  ): () => void {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()));
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  tell<Name extends WorkerLifecycleEventName>(name: Name, data: WorkerLifecycleEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? [])
      (listener as (data: WorkerLifecycleEvents[Name]) => void)(data);
  }

  /** @throws {WorkerControlError} unless the worker is in this state. */
  expect(state: WorkerStatus['state'], action: string): void {
    const now = this.#status.state;
    if (now === state) return;
    if (now === 'shuttingDown')
      throw new WorkerControlError('shuttingDown', `Cannot ${action}: the worker is stopping`);
    if (now === 'stopped') throw new WorkerControlError('notRunning', `Cannot ${action}: the worker has stopped`);
    throw new WorkerControlError('invalidState', `Cannot ${action} while the worker is ${now}`);
  }
}
