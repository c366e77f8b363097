import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import type { Clock, OrgId, WakeUps } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { type SubscriptionRequest, type WorkAvailableEvent, toGrpcError } from '@flovyn/protocol/grpc';
import type { Principal } from '../../../auth/principal.js';
import { queueOrDefault, refuseOtherOrg } from '../../requests/fields.js';

const MOST_SUBSCRIBERS = 1_000;

export type NotificationCall = ServerWritableStream<SubscriptionRequest, WorkAvailableEvent>;

/**
 * Hints for workers of another make that work may be there. Only what others are woken by is told: work that is given
 * away in the very change that made it ready needs nobody to come.
 */
export interface Notifications {
  subscribe(call: NotificationCall): void;
  /** Ends them all. */
  close(): void;
}

export interface NotificationParts {
  readonly principalOf: (metadata: Metadata) => Principal;
  readonly wakeUps: Pick<WakeUps, 'onNudge'>;
  readonly clock: Clock;
}

export function createNotifications({ principalOf, wakeUps, clock }: NotificationParts): Notifications {
  const open = new Set<NotificationCall>();

  const follow = (call: NotificationCall, orgId: OrgId, queue: string): void => {
    let isDue = false;
    let isFull = false;
    const tell = (): void => {
      isDue = false;
      if (!open.has(call)) return;
      isFull = !call.write({ orgId, queue, timestampMs: clock.now() });
    };
    // Many at once are one hint, and one who cannot follow is told once when it can.
    const tellSoon = (): void => {
      if (isDue) return;
      isDue = true;
      if (!isFull) setImmediate(tell);
    };
    call.on('drain', () => {
      isFull = false;
      if (isDue) tell();
    });
    const stop = wakeUps.onNudge((work) => {
      if (work.orgId === orgId && work.queue === queue) tellSoon();
    });
    open.add(call);
    // Every call ends so, one way or the other.
    call.on('cancelled', () => {
      stop();
      open.delete(call);
    });
  };

  return {
    subscribe(call) {
      try {
        const { orgId } = principalOf(call.metadata);
        refuseOtherOrg(call.request.orgId, orgId);
        const queue = queueOrDefault(call.request.queue);
        if (open.size >= MOST_SUBSCRIBERS) {
          throw new ServiceError('RESOURCE_EXHAUSTED', 'Too many subscriptions are open. Poll without one.', {
            limit: MOST_SUBSCRIBERS,
          });
        }
        follow(call, orgId, queue);
      } catch (error: unknown) {
        call.emit('error', toGrpcError(ServiceError.from(error)));
      }
    },
    close() {
      for (const call of open) call.end();
    },
  };
}
