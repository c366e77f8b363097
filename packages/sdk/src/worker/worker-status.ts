/** Why a worker stopped. */
export type StopReason =
  /** It was asked to, and finished what it had. */
  | { readonly kind: 'graceful' }
  /** It was asked to, and handed back what it had. */
  | { readonly kind: 'immediate' }
  /** It was cut off without a word. */
  | { readonly kind: 'aborted' }
  /** It could not go on. */
  | { readonly kind: 'error'; readonly message: string };

/** What a worker is doing. */
export type WorkerStatus =
  | { readonly state: 'initializing' }
  | { readonly state: 'registering' }
  | { readonly state: 'running'; readonly serverWorkerId?: string; readonly startedAt: Date }
  /** Takes no new work. It stays paused over a cut: whether it is connected, its `connection()` says. */
  | { readonly state: 'paused'; readonly reason: string }
  | {
      readonly state: 'reconnecting';
      readonly attempts: number;
      readonly disconnectedAt: Date;
      readonly lastError?: string;
    }
  /** Finishes what is in progress: `inFlightCount` attempts and turns. */
  | { readonly state: 'shuttingDown'; readonly requestedAt: Date; readonly inFlightCount: number }
  | { readonly state: 'stopped'; readonly stoppedAt: Date; readonly reason: StopReason };

export type WorkerState = WorkerStatus['state'];
