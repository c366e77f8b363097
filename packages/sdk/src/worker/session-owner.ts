import type {
  HeldAttempt,
  HeldClaim,
  HeldInstance,
  ServerItem,
  WorkerRegistrationRequest,
} from '@flovyn/protocol/grpc';
import type { Greeting } from './registration.js';

/** What the worker says of itself at each meeting. */
export interface Introduction {
  readonly registration: WorkerRegistrationRequest;
  readonly queue: string;
  readonly workflowCapacity: number;
  readonly taskCapacity: number;
  readonly heldTurns: HeldClaim[];
  readonly heldAttempts: HeldAttempt[];
  readonly heldInstances: HeldInstance[];
}

export type WorkItem = Exclude<
  NonNullable<ServerItem['item']>,
  { readonly $case: 'welcome' | 'accepted' | 'refused' | 'slowDown' | 'drain' | 'ping' }
>;

/** Who the session works for. */
export interface SessionOwner {
  introduction(): Introduction;
  /**
   * A connection stands, and nothing has been sent over it: what the server says is lost is dropped first.
   *
   * @param isTakingOver - from a connection that still stands.
   */
  welcomed(greeting: Greeting, isTakingOver: boolean): void;
  received(item: WorkItem): void;
  disconnected(error: Error): void;
  reconnecting(attempt: number, lastError: Error): void;
  /** An attempt to connect again came to nothing. */
  attemptFailed(error: Error): void;
  /** The interval of a heartbeat has passed. */
  heartbeat(failure: string | undefined): void;
  /** No further attempt is made. */
  gaveUp(error: Error): void;
}
