import { randomBytes } from 'node:crypto';
import type { Clock } from '@flovyn/engine';
import { type Known, renewed } from './authenticator.js';

const HOUR_MS = 60 * 60_000;
const IDLE_MS = 12 * HOUR_MS;

/** 7 days: how long a session lasts at most, however busy it is. */
export const SESSION_MAX_MS = 7 * 24 * HOUR_MS;

/**
 * Who is signed in from which browser. Kept in memory: a restart of the server signs everybody out. A session lasts no longer
 * than the credential it was opened with.
 */
export interface BrowserSessions {
  /** Begins a session; its id is what the browser keeps. */
  open(known: Known): string;
  /**
   * Who the session belongs to; `undefined` when there is none, or it was idle for 12 hours, or it is 7 days old, or its
   * credential is nobody's any more.
   *
   * @throws {ServiceError} UNAVAILABLE when nobody can say.
   */
  find(id: string): Promise<Known | undefined>;
  close(id: string): void;
}

interface Session {
  readonly known: Known;
  readonly openedAt: number;
  readonly usedAt: number;
}

/**
 * @param now - milliseconds from any fixed instant; never goes back.
 * @param clock - the one that the ends of credentials are given in.
 * @param most - beyond this number, the session that was idle for longest ends.
 */
export function createBrowserSessions(now: () => number, clock: Clock, most = 10_000): BrowserSessions {
  // The one that was idle for longest stands first: whatever is used moves to the end.
  const sessions = new Map<string, Session>();
  return {
    open(known) {
      const [idlest] = sessions.keys();
      if (idlest !== undefined && sessions.size >= most) sessions.delete(idlest);
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, { known, openedAt: now(), usedAt: now() });
      return id;
    },
    async find(id) {
      const session = sessions.get(id);
      if (session === undefined) return undefined;
      sessions.delete(id);
      const { known, openedAt, usedAt } = session;
      const at = now();
      if (at - usedAt >= IDLE_MS || at - openedAt >= SESSION_MAX_MS) return undefined;
      sessions.set(id, { known, openedAt, usedAt: at });
      const current = await renewed(known, clock);
      if (current === undefined) sessions.delete(id);
      return current;
    },
    close: (id) => void sessions.delete(id),
  };
}
