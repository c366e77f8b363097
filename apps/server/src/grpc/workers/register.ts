import type { Clock, WorkerRegistration, WorkerStore } from '@flovyn/engine';
import type { KnownKinds } from './known-kinds.js';

/** Writes down a worker with everything it can do. */
export type Register = (registration: WorkerRegistration) => Promise<void>;

export function createRegister(workers: Pick<WorkerStore, 'register'>, kinds: KnownKinds, clock: Clock): Register {
  return async (registration) => {
    await workers.register(registration, clock.now());
    kinds.renew({ orgId: registration.orgId, workerId: registration.id });
  };
}
