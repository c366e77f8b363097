import { createHash } from 'node:crypto';
import type { Asked, SessionId, Topic } from '@flovyn/engine';
import { isExecutionId } from '@flovyn/events';
import { streamSubject } from '@flovyn/events/nats';

// Subjects between the servers themselves; those of streams are in `@flovyn/events/nats`.

/** Work has become ready. */
export const WORK_SUBJECT = 'flovyn.servers.work';
/** A process lives, or says goodbye. */
export const PRESENCE_SUBJECT = 'flovyn.servers.presence';

const UUID = /^[0-9a-f-]{36}$/;

/**
 * What commits wrote about something that is followed; `undefined` for an id of a caller's making that is no UUID: its
 * readers look at the store.
 */
export function topicSubject({ of, id }: Topic): string | undefined {
  if (of === 'execution') return isExecutionId(id) ? streamSubject(id) : undefined;
  if (!UUID.test(id)) return undefined;
  return of === 'family' ? `flovyn.servers.families.${id}` : `flovyn.servers.organisations.${id}`;
}

/** Claims of one holder that have ended; `undefined` for an id that cannot be a part of a subject. */
export function claimSubject(holder: SessionId): string | undefined {
  return UUID.test(holder) ? `flovyn.servers.claims.${holder}` : undefined;
}

/** Questions to the worker of one session, or to any that can run a kind of code; `undefined` where there is no subject. */
export function questionSubject(whom: Asked): string | undefined {
  if ('holder' in whom) return UUID.test(whom.holder) ? `flovyn.servers.questions.session.${whom.holder}` : undefined;
  // The names of queues and kinds are users' own: nothing of them may be a pattern.
  const name = createHash('sha256')
    .update(JSON.stringify([whom.orgId, whom.queue, whom.kind]))
    .digest('hex');
  return `flovyn.servers.questions.kind.${name}`;
}
