import type { Clock, WorkerRegistration, WorkerStore } from '@flovyn/engine';
import type { Logger } from '../../observe/log.js';
import type { KnownKinds } from './known-kinds.js';
import { createStreamBreaks } from './stream-breaks.js';

/** Writes down a worker with everything it can do. */
export type Register = (registration: WorkerRegistration) => Promise<void>;

export function createRegister(
  workers: Pick<WorkerStore, 'register' | 'definition'>,
  kinds: KnownKinds,
  clock: Clock,
  logger: Logger,
): Register {
  const warnOfBreaks = createStreamBreaks(workers, logger);
  return async (registration) => {
    // Before: what is written next takes the place of what it is compared with.
    await warnOfBreaks(registration);
    await workers.register(registration, clock.now());
    kinds.renew({ orgId: registration.orgId, workerId: registration.id });
  };
}
