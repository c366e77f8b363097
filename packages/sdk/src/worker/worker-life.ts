import { WorkerControlError } from '../errors.js';
import type { Logger } from '../types.js';
import { ConnectionWatch } from './connection-watch.js';
import type { WorkType } from './lifecycle-events.js';
import { LifecycleHooks, type WorkerLifecycleHook } from './lifecycle-hooks.js';
import { WorkerLifecycle } from './lifecycle.js';
import { type Greeting, type RegistrationInfo, registrationInfo } from './registration.js';
import { WorkMeter } from './work-meter.js';
import type { StopReason } from './worker-status.js';

export interface WorkerLifeOptions {
  /** What the worker calls itself. */
  readonly name: string;
  readonly workflowKinds: ReadonlyMap<string, unknown>;
  readonly taskKinds: ReadonlyMap<string, unknown>;
  readonly hooks: readonly WorkerLifecycleHook[];
  readonly logger: Logger;
}

/** What happens to a worker, as its status, its events and its numbers. Does nothing itself. */
export class WorkerLife {
  readonly lifecycle: WorkerLifecycle;
  readonly hooks: LifecycleHooks;
  readonly meter = new WorkMeter();
  readonly watch = new ConnectionWatch();
  readonly #options: WorkerLifeOptions;
  #registration: RegistrationInfo | null = null;
  #startedAt: Date | undefined;

  constructor(options: WorkerLifeOptions) {
    this.#options = options;
    this.hooks = new LifecycleHooks(options.hooks, options.logger);
    this.lifecycle = new WorkerLifecycle(this.hooks, options.logger);
  }

  get registration(): RegistrationInfo | null {
    return this.#registration;
  }

  get hasStopped(): boolean {
    return this.lifecycle.is('stopped');
  }

  get uptimeMs(): number {
    if (this.#startedAt === undefined) return 0;
    const { status } = this.lifecycle;
    const until = status.state === 'stopped' ? status.stoppedAt.getTime() : Date.now();
    return Math.max(0, until - this.#startedAt.getTime());
  }

  /** @throws {WorkerControlError} when a hook prevents the start. */
  async begin(): Promise<void> {
    if (!(await this.hooks.allow((hook) => hook.onBeforeStart?.()))) {
      const error = new WorkerControlError('rejectedByHook', 'Cannot start: a lifecycle hook said no');
      this.ended({ kind: 'error', message: error.message });
      throw error;
    }
    const { name } = this.#options;
    this.lifecycle.become({ type: 'begin' });
    this.lifecycle.tell({ name: 'starting', workerId: name, workerName: name });
  }

  registrationFailed(error: Error, willRetry: boolean): void {
    this.watch.attemptFailed();
    this.lifecycle.tell({ name: 'registration_failed', error: error.message, willRetry });
  }

  /** @param isTakingOver - from a connection that still stands: there was no cut. */
  connected(greeting: Greeting, isTakingOver: boolean): void {
    const { workerId: serverWorkerId } = greeting;
    const before = this.#registration;
    this.#startedAt ??= new Date();
    this.watch.connected();
    if (before?.workerId !== serverWorkerId) {
      const { workflowKinds, taskKinds } = this.#options;
      this.#registration = registrationInfo(greeting, workflowKinds.keys(), taskKinds.keys());
    }
    this.lifecycle.become({ type: 'connected', ...this.#identity(this.#startedAt) });
    if (this.#registration !== null && this.#registration !== before) {
      this.lifecycle.tell({ name: 'registered', info: this.#registration });
    }
    if (before === null) this.lifecycle.tell({ name: 'ready', serverWorkerId });
    else if (!isTakingOver) this.lifecycle.tell({ name: 'reconnected' });
  }

  disconnected(error: Error): void {
    this.#options.logger.warn(`The connection to the server was lost: ${error.message}`);
    this.watch.disconnected();
    this.lifecycle.become({ type: 'disconnected', at: new Date(), error: error.message });
    this.lifecycle.tell({ name: 'disconnected', error: error.message });
  }

  reconnecting(attempt: number, lastError: Error): void {
    this.watch.reconnecting(attempt);
    this.lifecycle.become({ type: 'retry', at: new Date(), attempt, lastError: lastError.message });
    this.lifecycle.tell({ name: 'reconnecting', attempt });
  }

  heartbeat(failure: string | undefined): void {
    if (failure === undefined) {
      this.watch.heartbeatSent();
      this.lifecycle.tell({ name: 'heartbeat_sent' });
      return;
    }
    const consecutiveFailures = this.watch.heartbeatFailed();
    this.lifecycle.tell({ name: 'heartbeat_failed', error: failure, consecutiveFailures });
  }

  paused(reason: string): void {
    this.lifecycle.become({ type: 'pause', reason });
    this.lifecycle.tell({ name: 'paused', reason });
  }

  resumed(isConnected: boolean): void {
    this.lifecycle.become({ type: 'resume', ...this.#identity(this.#startedAt ?? new Date()) });
    this.lifecycle.tell({ name: 'resumed' });
    if (isConnected) return;
    const error = 'The connection was lost during the pause';
    this.lifecycle.become({ type: 'disconnected', at: new Date(), error });
  }

  workReceived(workType: WorkType, executionId: string): void {
    this.lifecycle.tell({ name: 'work_received', workType, executionId });
  }

  workEnded(workType: WorkType, executionId: string, durationMs: number, error: string | undefined): void {
    this.meter.ended(workType, durationMs, error !== undefined);
    if (error === undefined) this.lifecycle.tell({ name: 'work_completed', workType, executionId, durationMs });
    else this.lifecycle.tell({ name: 'work_failed', workType, executionId, error });
  }

  /** Work that came to nothing for now: it is tried again. */
  workSetBack(workType: WorkType, executionId: string, error: string): void {
    this.meter.setBack(workType);
    this.lifecycle.tell({ name: 'work_failed', workType, executionId, error });
  }

  shuttingDown(graceful: boolean, inFlightCount: number): void {
    this.lifecycle.become({ type: 'shutDown', at: new Date(), inFlightCount });
    this.lifecycle.tell({ name: 'shutting_down', graceful });
  }

  inFlight(inFlightCount: number): void {
    this.lifecycle.become({ type: 'finishOne', at: new Date(), inFlightCount });
  }

  /** The end, whatever led to it; only the first one counts. */
  ended(reason: StopReason): void {
    if (this.hasStopped) return;
    this.watch.stopped();
    this.lifecycle.become({ type: 'end', at: new Date(), reason });
    this.lifecycle.tell({ name: 'stopped', reason, uptimeMs: this.uptimeMs });
    this.lifecycle.close();
  }

  #identity(startedAt: Date): { readonly startedAt: Date; readonly serverWorkerId?: string } {
    const serverWorkerId = this.#registration?.workerId;
    return { startedAt, ...(serverWorkerId === undefined ? {} : { serverWorkerId }) };
  }
}
