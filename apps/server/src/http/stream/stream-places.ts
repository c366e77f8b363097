import { ServiceError } from '@flovyn/protocol';
import type { Principal } from '../../auth/principal.js';

export interface StreamLimits {
  readonly streamsPerPrincipal: number;
  readonly streamsPerOrg: number;
  readonly streamsPerProcess: number;
}

/** Counts open streams, so that nobody takes them all. */
export interface StreamPlaces {
  /**
   * Takes a place. Returns how to give it back.
   *
   * @throws {ServiceError} RESOURCE_EXHAUSTED when the caller or its organisation has too many, UNAVAILABLE when the
   * process has.
   */
  take(principal: Principal): () => void;
}

export function createStreamPlaces(max: StreamLimits): StreamPlaces {
  let all = 0;
  const taken = new Map<string, number>();

  const add = (name: string, change: 1 | -1): void => {
    const count = (taken.get(name) ?? 0) + change;
    if (count === 0) taken.delete(name);
    else taken.set(name, count);
  };

  return {
    take({ orgId, type, id }) {
      const caller = `${orgId} ${type} ${id}`;
      if (all >= max.streamsPerProcess) throw full('UNAVAILABLE', 'This server', max.streamsPerProcess);
      if ((taken.get(orgId) ?? 0) >= max.streamsPerOrg) {
        throw full('RESOURCE_EXHAUSTED', 'Your organisation', max.streamsPerOrg);
      }
      if ((taken.get(caller) ?? 0) >= max.streamsPerPrincipal) {
        throw full('RESOURCE_EXHAUSTED', 'Your API key', max.streamsPerPrincipal);
      }
      all++;
      add(orgId, 1);
      add(caller, 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        all--;
        add(orgId, -1);
        add(caller, -1);
      };
    },
  };
}

function full(code: 'UNAVAILABLE' | 'RESOURCE_EXHAUSTED', who: string, limit: number): ServiceError {
  return new ServiceError(code, `${who} has ${limit} streams open, which is as many as it may. Close some first.`, {
    limit,
    actual: limit + 1,
    retryAfterSeconds: 5,
  });
}
