import type { SessionId } from '../ids.js';
import type { HeldWork, SessionLease, SessionStore } from '../ports/store.js';
import type { Session } from './session.js';

/**
 * What the store knows of the sessions of this process. A worker whose connection breaks may go on at another process, which
 * extends the same lease from then on: a lease that is longer than it was made here is somebody else's.
 */
export class SessionLeases {
  readonly #store: SessionStore;
  readonly #settleMs: number;
  readonly #storedUntil = new WeakMap<Session, number>();
  /** When sessions came over from another process. */
  readonly #cameAt = new Map<SessionId, number>();

  /** @param settleMs - after so long, whoever had a session before has noticed that it left. */
  constructor(store: SessionStore, settleMs: number) {
    this.#store = store;
    this.#settleMs = settleMs;
  }

  /** Extends the leases of those that were heard of since the last time: the others may live elsewhere by now. */
  async extend(sessions: Iterable<Session>, others: readonly SessionLease[] = []): Promise<void> {
    const heard = [...sessions].filter((session) => session.leaseUntil > this.#storedUntilOf(session));
    const leases = heard.map(leaseOf);
    if (leases.length + others.length === 0) return;
    await this.#store.extend([...leases, ...others]);
    heard.forEach((session, index) => this.#storedUntil.set(session, leases[index]?.leaseUntil ?? 0));
  }

  /** Whether another process extends its lease. */
  async isElsewhere(session: Session): Promise<boolean> {
    return this.isForeign(session, await this.#store.find(session.id));
  }

  /** Whether a lease, as it is stored, was made by another process. */
  isForeign(session: Session, stored: SessionLease | undefined): boolean {
    return stored !== undefined && stored.leaseUntil > this.#storedUntilOf(session);
  }

  cameOver(session: Session, now: number): void {
    this.#cameAt.set(session.id, now);
  }

  /** Whether the process before may still give it work, or has since it left. */
  mayStray({ id }: Session): boolean {
    return this.#cameAt.has(id);
  }

  /**
   * Work that the process before gave to sessions when they had left it: their workers never hear of it, and nobody else
   * looks for it, since the sessions live. What fails is tried again the next time.
   */
  async reclaimStrayed(
    now: number,
    current: (id: SessionId) => Session | undefined,
    reclaim: (claims: readonly HeldWork[]) => Promise<void>,
  ): Promise<void> {
    for (const [id, cameAt] of this.#cameAt) {
      if (cameAt + this.#settleMs > now) continue;
      const session = current(id);
      if (session !== undefined && !(await this.isElsewhere(session))) {
        const claims = await this.#store.claims([id]);
        await reclaim(claims.filter(({ token }) => !session.knows(token)));
      }
      // It may have gone and come again meanwhile.
      if (this.#cameAt.get(id) === cameAt) this.#cameAt.delete(id);
    }
  }

  #storedUntilOf(session: Session): number {
    return this.#storedUntil.get(session) ?? Number.NEGATIVE_INFINITY;
  }
}

function leaseOf(session: Session): SessionLease {
  const { id, orgId, workerId, workerName, leaseUntil } = session;
  return { id, orgId, workerId, workerName, leaseUntil };
}
