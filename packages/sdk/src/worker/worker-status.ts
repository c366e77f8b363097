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
  /** Its hooks are asked whether it may start. */
  | { readonly state: 'initializing' }
  /** Its first connection is under way. */
  | { readonly state: 'registering' }
  /** It is connected and takes work. */
  | { readonly state: 'running'; readonly serverWorkerId?: string; readonly startedAt: Date }
  /** Takes no new work. It stays paused over a cut: whether it is connected, its `connection()` says. */
  | { readonly state: 'paused'; readonly reason: string }
  /** It has lost its connection; `attempts` to come back were made since. */
  | {
      readonly state: 'reconnecting';
      readonly attempts: number;
      readonly disconnectedAt: Date;
      readonly lastError?: string;
    }
  /** Finishes what is in progress: `inFlightCount` attempts and turns. */
  | { readonly state: 'shuttingDown'; readonly requestedAt: Date; readonly inFlightCount: number }
  /** It does nothing any more. */
  | { readonly state: 'stopped'; readonly stoppedAt: Date; readonly reason: StopReason };

/** The word for what a worker is doing. */
export type WorkerState = WorkerStatus['state'];
