import type { Clock, Engine, Store, WakeUps } from '@flovyn/engine';
import type { Organisations } from '../../auth/organisations.js';
import type { Logger } from '../../observe/log.js';
import type { Results } from '../session/results.js';
import type { KnownKinds } from '../workers/known-kinds.js';
import type { Peers } from '../workers/peers.js';
import type { Presence } from '../workers/presence.js';
import type { Register } from '../workers/register.js';
import type { StreamSchemas } from '../workers/stream-schemas.js';
import type { Polls } from './polls.js';

/** What the unary services stand on. */
export interface UnaryParts {
  readonly engine: Engine;
  readonly store: Pick<Store, 'queries' | 'taskState'>;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
  readonly organisations: Organisations;
  readonly register: Register;
  readonly kinds: KnownKinds;
  readonly presence: Presence;
  readonly streamSchemas: StreamSchemas;
  readonly results: Pick<Results, 'known'>;
  readonly logger: Logger;
  /** How long a poll is held when there is no work, in milliseconds. */
  readonly pollHoldMs: number;
}

/** The same, with what the services share among themselves. */
export interface UnaryHouse extends UnaryParts {
  readonly peers: Peers;
  readonly polls: Polls;
}
