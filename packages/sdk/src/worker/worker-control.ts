import { Duration } from '../duration.js';
import { waitMilliseconds } from '../durations.js';
import { WorkerControlError } from '../errors.js';
import type { ConnectionInfo } from './connection-watch.js';
import type { WorkerEventSubscription } from './event-subscription.js';
import type { WorkerEventFilter, WorkerLifecycleEventName, WorkerLifecycleEventOf } from './lifecycle-events.js';
import type { LifecycleHooks } from './lifecycle-hooks.js';
import type { RegistrationConflict, RegistrationInfo } from './registration.js';
import type { Session } from './session.js';
import { refusal } from './status-machine.js';
import type { WorkerMetrics } from './work-meter.js';
import type { WorkerHandle } from './worker-handle.js';
import type { WorkerLife } from './worker-life.js';
import type { WorkerState } from './worker-status.js';

/** What the handle of a worker shows and steers. */
export interface WorkerParts {
  readonly life: WorkerLife;
  readonly session: Pick<Session, 'isConnected' | 'lastWriteMs' | 'lastHeardMs'>;
  inProgress(): { readonly workflowsInProgress: number; readonly tasksInProgress: number };
  /** Tells the server whether it may give work. */
  takeWork(takesWork: boolean): void;
  stop(graceful: boolean): Promise<void>;
  abort(): void;
}

const LONGEST_MS = 2_147_483_647;

/** The handle of a worker. */
export class WorkerControl implements WorkerHandle {
  readonly #parts: WorkerParts;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  status() {
    return this.#parts.life.lifecycle.status;
  }

  isRunning(): boolean {
    return this.#is('running');
  }

  isConnected(): boolean {
    return this.#parts.session.isConnected;
  }

  isShuttingDown(): boolean {
    return this.#is('shuttingDown');
  }

  isPaused(): boolean {
    return this.#is('paused');
  }

  isReconnecting(): boolean {
    return this.#is('reconnecting');
  }

  registration(): RegistrationInfo | null {
    return this.#parts.life.registration;
  }

  serverWorkerId(): string | undefined {
    return this.registration()?.workerId;
  }

  hasConflicts(): boolean {
    return this.workflowConflicts().length > 0 || this.taskConflicts().length > 0;
  }

  workflowConflicts(): readonly RegistrationConflict[] {
    return this.registration()?.workflowConflicts ?? [];
  }

  taskConflicts(): readonly RegistrationConflict[] {
    return this.registration()?.taskConflicts ?? [];
  }

  connection(): ConnectionInfo {
    return this.#parts.life.watch.info(this.#parts.session);
  }

  timeSinceHeartbeat(): Duration | null {
    return since(this.connection().lastHeartbeat);
  }

  timeSincePoll(): Duration | null {
    return since(this.connection().lastPoll);
  }

  metrics(): WorkerMetrics {
    const { life, inProgress } = this.#parts;
    return life.meter.metrics({ ...inProgress(), uptimeMs: life.uptimeMs });
  }

  uptime(): Duration {
    return Duration.milliseconds(this.#parts.life.uptimeMs);
  }

  async pause(reason: string): Promise<void> {
    const { life, takeWork } = this.#parts;
    await this.#allowed('pause', (hook) => hook.onPauseRequested?.(reason));
    life.paused(reason);
    takeWork(false);
  }

  async resume(): Promise<void> {
    const { life, session, takeWork } = this.#parts;
    await this.#allowed('resume', (hook) => hook.onResumeRequested?.());
    life.resumed(session.isConnected);
    takeWork(true);
  }

  stop({ graceful = true }: { readonly graceful?: boolean | undefined } = {}): Promise<void> {
    return this.#parts.stop(graceful);
  }

  abort(): void {
    this.#parts.abort();
  }

  async awaitReady({ timeout }: { readonly timeout?: Duration | undefined } = {}): Promise<void> {
    const timeoutMs = timeout === undefined ? undefined : waitMilliseconds(timeout, 'timeout', LONGEST_MS);
    const { lifecycle } = this.#parts.life;
    const { status } = lifecycle;
    if (status.state === 'initializing' || status.state === 'registering') await this.#nextReady(timeoutMs);
    else if (status.state === 'shuttingDown' || status.state === 'stopped') throw this.#neverReady();
  }

  subscribe(filter?: WorkerEventFilter): WorkerEventSubscription {
    return this.#parts.life.lifecycle.subscribe(filter);
  }

  on<Name extends WorkerLifecycleEventName>(
    name: Name,
    listener: (event: WorkerLifecycleEventOf<Name>) => void,
  ): () => void {
    return this.#parts.life.lifecycle.on(name, listener);
  }

  #is(state: WorkerState): boolean {
    return this.#parts.life.lifecycle.is(state);
  }

  async #allowed(wish: 'pause' | 'resume', ask: Parameters<LifecycleHooks['allow']>[0]): Promise<void> {
    const { hooks, lifecycle } = this.#parts.life;
    lifecycle.expect(wish);
    if (await hooks.allow(ask)) return;
    throw new WorkerControlError('rejectedByHook', `Cannot ${wish}: a lifecycle hook said no`);
  }

  #nextReady(timeoutMs: number | undefined): Promise<void> {
    const { lifecycle } = this.#parts.life;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const listening = [
        lifecycle.on('ready', () => settle(resolve)),
        lifecycle.on('shutting_down', () => settle(() => reject(this.#neverReady()))),
        lifecycle.on('stopped', () => settle(() => reject(this.#neverReady()))),
      ];
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        for (const stopListening of listening) stopListening();
        how();
      };
      if (timeoutMs === undefined) return;
      timer = setTimeout(() => {
        const late = new WorkerControlError('timeout', `The worker was not ready within ${timeoutMs} ms`);
        settle(() => reject(late));
      }, timeoutMs);
    });
  }

  #neverReady(): WorkerControlError {
    const { status } = this.#parts.life.lifecycle;
    if (status.state === 'stopped' && status.reason.kind === 'error') {
      return new WorkerControlError('serverError', `The worker could not start: ${status.reason.message}`);
    }
    return refusal(status.state, 'become ready');
  }
}

function since(date: Date | undefined): Duration | null {
  return date === undefined ? null : Duration.milliseconds(Math.max(0, Date.now() - date.getTime()));
}
