import type { OrgId, WorkerToken, WorkerTokenStore } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { Database } from './database.js';
import { readPage } from './page.js';
import { type TextRow, number, text } from './text-row.js';

/** Keys of workers that were made while the server ran. Rare and small: rows of their own, written one by one. */
export function createWorkerTokens(database: Database): WorkerTokenStore {
  return {
    async add({ id, orgId, displayName, createdBy, createdAt }, hash) {
      const added = await database.query(
        `Storing worker token ${id}`,
        `insert into flovyn.worker_token (id, org_id, created_at, hash, display_name, created_by)
         values ($1, $2, $3, decode($4, 'hex'), $5, $6) on conflict do nothing returning id`,
        [id, orgId, createdAt, hash, displayName, createdBy],
      );
      if (added.length > 0) return;
      throw new ServiceError('ALREADY_EXISTS', `Worker token ${id} cannot be stored: its id or its hash is taken.`);
    },

    async find(hash) {
      const [row] = await database.query(
        'Looking for a worker token',
        `select ${columns} from flovyn.worker_token where hash = decode($1, 'hex')`,
        [hash],
      );
      return row && toWorkerToken(row);
    },

    list: (orgId, filter) =>
      readPage(database, {
        what: 'worker tokens',
        select: columns,
        from: 'flovyn.worker_token',
        where: [['org_id =', orgId]],
        order: [
          { column: 'created_at', name: 'created_at', type: 'number' },
          { column: 'id', name: 'id', type: 'uuid' },
        ],
        direction: 'desc',
        page: filter,
        toRow: toWorkerToken,
      }),

    async remove(orgId, id) {
      const removed = await database.query(
        `Removing worker token ${id}`,
        'delete from flovyn.worker_token where id = $1 and org_id = $2 returning id',
        [id, orgId],
      );
      return removed.length > 0;
    },
  };
}

/** Not the hash: nobody needs to see it. */
const columns = 'id, org_id, created_at, display_name, created_by';

function toWorkerToken(row: TextRow): WorkerToken {
  return {
    id: text(row, 'id'),
    orgId: text(row, 'org_id') as OrgId,
    displayName: text(row, 'display_name'),
    createdBy: text(row, 'created_by'),
    createdAt: number(row, 'created_at'),
  };
}
