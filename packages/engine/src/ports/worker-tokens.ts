import type { OrgId } from '../ids.js';
import type { Page, PageFilter } from './store.js';

/** Keys that people make for workers while the server runs. The secrets themselves are nowhere: only their hashes are. */
export interface WorkerTokenStore {
  /** @throws {ServiceError} ALREADY_EXISTS when the id or the hash is taken. */
  add(token: WorkerToken, hash: string): Promise<void>;
  /** Whom a secret stands for, by its hash; of any organisation. */
  find(hash: string): Promise<WorkerToken | undefined>;
  /** Newest first. */
  list(orgId: OrgId, filter: PageFilter): Promise<Page<WorkerToken>>;
  /** Takes a token away; false when the organisation has no such token. */
  remove(orgId: OrgId, id: string): Promise<boolean>;
}

export interface WorkerToken {
  /** A UUID. It is no secret: the secret has no part of it. */
  readonly id: string;
  readonly orgId: OrgId;
  /** What people call it. */
  readonly displayName: string;
  /** The id of the principal who made it. */
  readonly createdBy: string;
  readonly createdAt: number;
}
