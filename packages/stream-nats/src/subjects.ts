import type { SessionId } from '@flovyn/engine';

// Subjects between the servers themselves; those of streams are in `@flovyn/events/nats`.

/** Work has become ready. */
export const WORK_SUBJECT = 'flovyn.servers.work';
/** A process lives, or says goodbye. */
export const PRESENCE_SUBJECT = 'flovyn.servers.presence';

const UUID = /^[0-9a-f-]{36}$/;

/** Claims of one holder that have ended; `undefined` for an id that cannot be a part of a subject. */
export function claimSubject(holder: SessionId): string | undefined {
  return UUID.test(holder) ? `flovyn.servers.claims.${holder}` : undefined;
}

/** Questions to the worker of one session; `undefined` for an id that cannot be a part of a subject. */
export function questionSubject(holder: SessionId): string | undefined {
  return UUID.test(holder) ? `flovyn.servers.questions.${holder}` : undefined;
}
