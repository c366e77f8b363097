import type { Duration } from '../duration.js';
import type { ConnectionInfo } from './connection-watch.js';
import type { WorkerEventSubscription } from './event-subscription.js';
import type { WorkerEventFilter, WorkerLifecycleEventName, WorkerLifecycleEventOf } from './lifecycle-events.js';
import type { RegistrationConflict, RegistrationInfo } from './registration.js';
import type { WorkerMetrics } from './work-meter.js';
import type { WorkerStatus } from './worker-status.js';

/**
 * A worker as its owner sees and steers it: `client.worker` while the client is started. A handle that was kept stays
 * readable after the worker has stopped.
 *
 * What cannot be done throws, or rejects with, a `WorkerControlError`; its `kind` says why.
 *
 * @see docs/guides/watch-a-worker.md
 */
export interface WorkerHandle {
  /** What the worker is doing, and since when. */
  status(): WorkerStatus;
  /** Whether its state is `running`: it is connected and takes work. */
  isRunning(): boolean;
  /** Whether there is a connection at this moment, whatever the status is. */
  isConnected(): boolean;
  /** Whether its state is `shuttingDown`. */
  isShuttingDown(): boolean;
  /** Whether its state is `paused`, with or without a connection. */
  isPaused(): boolean;
  /** Whether its state is `reconnecting`. */
  isReconnecting(): boolean;

  /** How the server knows this worker; `null` before it does. */
  registration(): RegistrationInfo | null;
  /** The server's id of this worker; absent before it has one. */
  serverWorkerId(): string | undefined;
  /** Whether there is a conflict of either sort. */
  hasConflicts(): boolean;
  /** Workflows that are not this worker's as they stand; our server has none. */
  workflowConflicts(): readonly RegistrationConflict[];
  /** Tasks that are not this worker's as they stand; our server has none. */
  taskConflicts(): readonly RegistrationConflict[];

  /** How it stands with the server. */
  connection(): ConnectionInfo;
  /** Since the last sign of life to the server; `null` before the first. */
  timeSinceHeartbeat(): Duration | null;
  /** Since the server was last heard; `null` before the first time. */
  timeSincePoll(): Duration | null;

  /**
   * What it has done since it started.
   *
   * @example
   *   const { tasksExecuted, taskErrors, avgTaskDurationMs } = worker.metrics();
   *   console.log(`${tasksExecuted} attempts, ${taskErrors} failed, ${avgTaskDurationMs} ms each`);
   */
  metrics(): WorkerMetrics;
  /** Since the server first knew the worker, until it stopped. */
  uptime(): Duration;

  /**
   * Takes no new work until `resume`; what is in progress goes on, and so do the heartbeats. Also possible during a cut.
   *
   * @throws {WorkerControlError} `invalidState` when it is paused, `rejectedByHook`, `notRunning`, `shuttingDown`.
   * @example
   *   await worker.pause('the database is being moved');
   *   await worker.resume();
   */
  pause(reason: string): Promise<void>;
  /**
   * Takes work again.
   *
   * @throws {WorkerControlError} `invalidState` when it is not paused, `rejectedByHook`, `notRunning`, `shuttingDown`.
   */
  resume(): Promise<void>;
  /**
   * Takes no new work, waits up to 30 s for what is in progress, and says goodbye; what takes longer is handed back to
   * other workers. Not `graceful`: everything is handed back at once, which also hurries a stop under way. Resolves when
   * the worker has stopped; calling it again changes nothing.
   */
  stop(options?: { readonly graceful?: boolean | undefined }): Promise<void>;
  /** Cuts the connection without a word. What is in progress goes to other workers when the server misses this one. */
  abort(): void;
  /**
   * Resolves when the server knows the worker.
   *
   * @param options - `timeout`: how long to wait; none when absent.
   * @throws {WorkerControlError} `timeout`, `serverError` when the start failed, `notRunning`, `shuttingDown`.
   */
  awaitReady(options?: { readonly timeout?: Duration | undefined }): Promise<void>;

  /**
   * The events from now on, for one reader; a slow one loses the oldest beyond 1,000.
   *
   * @example
   *   for await (const event of worker.subscribe(['disconnected', 'reconnected'])) console.log(event.name);
   */
  subscribe(filter?: WorkerEventFilter): WorkerEventSubscription;
  /**
   * Calls `listener` with every event of this name, until the returned function is called.
   *
   * @example
   *   const stopListening = worker.on('work_failed', ({ executionId, error }) => console.error(executionId, error));
   */
  on<Name extends WorkerLifecycleEventName>(
    name: Name,
    listener: (event: WorkerLifecycleEventOf<Name>) => void,
  ): () => void;
}
