import type { OrgId, StreamTicketStore } from '@flovyn/engine';
import type { Database } from './database.js';
import { number, text } from './text-row.js';

/** Tickets for streams: used within seconds or never, by any of the processes on the database. */
export function createStreamTickets(database: Database): StreamTicketStore {
  return {
    async add({ hash, orgId, holder, expiresAt, sealed }, { perHolder, perOrg }, now) {
      const added = await database.query(
        'Storing a stream ticket',
        `insert into flovyn.stream_ticket (hash, org_id, holder, expires_at, sealed)
         select decode($1, 'hex'), $2::uuid, $3::text, $4::bigint, $5::text
         from (select count(*) as of_org, count(*) filter (where holder = $3) as of_holder
               from flovyn.stream_ticket where org_id = $2 and expires_at > $6) as waiting
         where of_org < $7 and of_holder < $8
         returning 1 as added`,
        [hash, orgId, holder, expiresAt, sealed, now, perOrg, perHolder],
      );
      return added.length > 0;
    },

    async take(hash) {
      const [row] = await database.query(
        'Taking a stream ticket',
        `delete from flovyn.stream_ticket where hash = decode($1, 'hex')
         returning org_id, holder, expires_at, sealed`,
        [hash],
      );
      return (
        row && {
          hash,
          orgId: text(row, 'org_id') as OrgId,
          holder: text(row, 'holder'),
          expiresAt: number(row, 'expires_at'),
          sealed: text(row, 'sealed'),
        }
      );
    },

    async removeExpired(now) {
      const gone = await database.query(
        'Removing expired stream tickets',
        'delete from flovyn.stream_ticket where expires_at <= $1 returning 1 as gone',
        [now],
      );
      return gone.length;
    },
  };
}
