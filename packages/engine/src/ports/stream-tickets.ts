import type { OrgId } from '../ids.js';

/** What opens a stream once, for readers that cannot send a credential. Only the hash of it is kept. */
export interface StreamTicketStore {
  /**
   * Keeps a ticket. False when its holder or its organisation has as many that can still be used as `most` says; then nothing
   * is kept. Several that are added at once may each see the last free place.
   */
  add(
    ticket: StreamTicket,
    most: { readonly perHolder: number; readonly perOrg: number },
    now: number,
  ): Promise<boolean>;
  /** Takes a ticket out: of several that ask at once, one gets it. Also one that has expired. */
  take(hash: string): Promise<StreamTicket | undefined>;
  /** Lets those go that expired at or before `now`; answers with how many. */
  removeExpired(now: number): Promise<number>;
}

export interface StreamTicket {
  /** In hexadecimal. */
  readonly hash: string;
  readonly orgId: OrgId;
  /** Who may have only so many. */
  readonly holder: string;
  readonly expiresAt: number;
  /** What whoever has the ticket can open, and nobody else. */
  readonly sealed: string;
}
