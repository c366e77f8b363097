import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Clock, Ids, OrgId, WorkerToken, WorkerTokenStore } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { WorkerTokenConfig } from '../config/authenticator-config.js';
import type { Answer, Known } from './authenticator.js';
import type { Principal } from './principal.js';
import { remembered } from './remembered.js';
import { TRUSTED_MS } from './watch.js';

/** 256 bits: nobody guesses it, and a plain hash of it cannot be turned around. */
const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;
/** 5 s: a wrong token that is sent again and again costs one look in that time. */
const UNKNOWN_MS = 5_000;

/** Keys that people make for workers while the server runs. */
export interface WorkerTokens {
  recognise(credential: string): Answer;
  /**
   * Makes one. Its secret is told this once and can never be read again.
   *
   * @throws {ServiceError} FAILED_PRECONDITION when no door takes such tokens: it would open nothing.
   */
  create(by: Principal, displayName: string): Promise<{ readonly token: WorkerToken; readonly secret: string }>;
  /**
   * From now on it opens nothing here; other processes, and what it has opened, hear of it within a minute.
   *
   * @throws {ServiceError} NOT_FOUND
   */
  revoke(orgId: OrgId, id: string): Promise<void>;
}

export interface WorkerTokenParts {
  readonly store: WorkerTokenStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether any door takes such tokens. */
  readonly isAccepted: boolean;
}

export function createWorkerTokens(
  { prefix, secret: hashKey }: WorkerTokenConfig,
  { store, clock, ids, isAccepted }: WorkerTokenParts,
): WorkerTokens {
  // Looked up by its hash: how long that takes depends on the hash of what was sent, which says nothing about a secret.
  const hashOf = (secret: string): string =>
    (hashKey === undefined ? createHash('sha256') : createHmac('sha256', hashKey)).update(secret).digest('hex');

  const find = async (hash: string): Promise<Known | undefined> => {
    const token = await store.find(hash);
    if (token === undefined) return undefined;
    const principal = { type: 'Worker', id: `worker-token:${token.id}`, orgId: token.orgId } as const;
    return { principal, again: () => tokens.recognise(hash) };
  };
  const tokens = remembered(find, {
    knownMs: TRUSTED_MS,
    unknownMs: UNKNOWN_MS,
    now: () => performance.now(),
  });

  return {
    recognise: (credential) =>
      credential.startsWith(prefix) && SECRET.test(credential.slice(prefix.length))
        ? tokens.recognise(hashOf(credential))
        : undefined,
    async create({ orgId, id: createdBy }, displayName) {
      if (!isAccepted) {
        throw new ServiceError(
          'FAILED_PRECONDITION',
          'This server takes no worker tokens: name worker_token among the authenticators of a door in its configuration.',
        );
      }
      const secret = prefix + randomBytes(SECRET_BYTES).toString('base64url');
      const token = { id: ids.executionId(), orgId, displayName, createdBy, createdAt: clock.now() };
      await store.add(token, hashOf(secret));
      return { token, secret };
    },
    async revoke(orgId, id) {
      const isGone = await store.remove(orgId, id);
      tokens.forget();
      if (!isGone) throw new ServiceError('NOT_FOUND', `There is no worker token ${id}.`);
    },
  };
}
