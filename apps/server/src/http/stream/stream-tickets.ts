import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock, StreamTicketStore } from '@flovyn/engine';
import { ServiceError, limits } from '@flovyn/protocol';
import type { Known } from '../../auth/authenticator.js';
import type { Principal } from '../../auth/principal.js';
import { type Callers, type Shown, shownBy } from '../caller.js';
import { pathOf } from '../problems.js';
import type { StreamLimits } from './stream-places.js';

/** 256 bits: nobody guesses it, and a plain hash of it cannot be turned around. */
const SECRET_BYTES = 32;
const TICKET = /^fst_[\w-]{43}$/;
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Opens streams for readers that cannot send a credential, such as an `EventSource` on a page of another server.
 *
 * A ticket is an envelope of the credential it was asked for with: whoever uses it is recognised anew by that credential, so
 * what was taken back meanwhile opens nothing, and the stream ends when the credential does. The envelope is sealed with a key
 * that only the ticket has; what is stored opens nothing.
 */
export interface StreamTickets {
  /**
   * A ticket for the stream at `path`, good once and for 30 s, at any process on the database.
   *
   * @throws {ServiceError} RESOURCE_EXHAUSTED when as many wait to be used as streams may be open.
   */
  issue(
    request: IncomingMessage,
    principal: Principal,
    path: string,
  ): Promise<{ readonly ticket: string; readonly expiresAt: number }>;
  /**
   * Who asks for a stream with a ticket, which is used up by that, whatever comes of it: check first what else the
   * request says.
   *
   * @throws {ServiceError} UNAUTHENTICATED when it opens nothing, or its credential does not any more; PERMISSION_DENIED when it
   * is for another stream; INVALID_ARGUMENT when a key is sent besides it; UNAVAILABLE.
   */
  redeem(request: IncomingMessage, ticket: string): Promise<Known>;
}

export interface StreamTicketParts {
  readonly store: StreamTicketStore;
  readonly clock: Clock;
  readonly callers: Pick<Callers, 'identify'>;
  readonly limits: Pick<StreamLimits, 'streamsPerPrincipal' | 'streamsPerOrg'>;
}

interface Sealed {
  readonly path: string;
  readonly shown: Shown;
}

export function createStreamTickets({ store, clock, callers, limits: most }: StreamTicketParts): StreamTickets {
  const waiting = { perHolder: most.streamsPerPrincipal, perOrg: most.streamsPerOrg };
  return {
    async issue(request, principal, path) {
      const ticket = `fst_${randomBytes(SECRET_BYTES).toString('base64url')}`;
      const now = clock.now();
      const expiresAt = now + limits.streamTicketMs;
      const sealed = seal(ticket, { path, shown: shownBy(request) });
      const row = { hash: hashOf(ticket), orgId: principal.orgId, holder: holderOf(principal), expiresAt, sealed };
      if (await store.add(row, waiting, now)) return { ticket, expiresAt };
      throw new ServiceError(
        'RESOURCE_EXHAUSTED',
        'Too many stream tickets wait to be used: as many as streams may be open. Use them, or wait until they expire.',
        { limit: waiting.perHolder, retryAfterSeconds: 5 },
      );
    },

    async redeem(request, ticket) {
      if (request.headers.authorization !== undefined) {
        throw new ServiceError('INVALID_ARGUMENT', 'Send an API key or a ticket, not both.');
      }
      const taken = TICKET.test(ticket) ? await store.take(hashOf(ticket)) : undefined;
      if (taken === undefined || taken.expiresAt <= clock.now()) throw opensNothing();
      const { path, shown } = unseal(ticket, taken.sealed);
      if (path !== pathOf(request)) throw new ServiceError('PERMISSION_DENIED', 'This ticket is for another stream.');
      const known = await callers.identify(request, shown);
      const { principal } = known;
      if (principal.orgId !== taken.orgId || holderOf(principal) !== taken.holder) throw opensNothing();
      return known;
    },
  };
}

function holderOf({ type, id }: Principal): string {
  return `${type} ${id}`;
}

function opensNothing(): ServiceError {
  return new ServiceError(
    'UNAUTHENTICATED',
    'This ticket opens nothing: it is unknown, was used already, or is older than 30 seconds. Get a new one.',
  );
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}

function seal(ticket: string, content: Sealed): string {
  const { key, nonce } = keyOf(ticket);
  const cipher = createCipheriv(CIPHER, key, nonce);
  return Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

function unseal(ticket: string, sealed: string): Sealed {
  const { key, nonce } = keyOf(ticket);
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(CIPHER, key, nonce).setAuthTag(bytes.subarray(-TAG_BYTES));
  return JSON.parse(
    Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(),
  ) as Sealed;
}

/** The nonce may follow from the ticket as well: no ticket seals twice. */
function keyOf(ticket: string): { readonly key: Buffer; readonly nonce: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', ticket, '', 'flovyn stream ticket', KEY_BYTES + NONCE_BYTES));
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) };
}
