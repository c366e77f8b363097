import { ServiceError } from '@flovyn/protocol';
import type { WorkerTokenStore } from '../ports/worker-tokens.js';
import { page } from './queries.js';
import type { MemoryRows } from './rows.js';

/** Keys of workers, over the maps of a memory store. */
export function memoryWorkerTokens(rows: MemoryRows): WorkerTokenStore {
  return {
    async add(token, hash) {
      if (rows.workerTokens.has(token.id) || [...rows.workerTokens.values()].some((other) => other.hash === hash)) {
        throw new ServiceError('ALREADY_EXISTS', `Worker token ${token.id} exists already.`);
      }
      rows.workerTokens.set(token.id, { token, hash });
    },
    async find(hash) {
      return [...rows.workerTokens.values()].find((row) => row.hash === hash)?.token;
    },
    async list(orgId, filter) {
      const found = [...rows.workerTokens.values()].map(({ token }) => token).filter((token) => token.orgId === orgId);
      const newest = found.toSorted((a, b) => b.createdAt - a.createdAt || (b.id < a.id ? -1 : 1));
      return page(newest, filter, ({ id }) => id);
    },
    async remove(orgId, id) {
      return rows.workerTokens.get(id)?.token.orgId === orgId && rows.workerTokens.delete(id);
    },
  };
}
