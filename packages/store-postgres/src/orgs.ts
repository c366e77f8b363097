import type { OrgStore } from '@flovyn/engine';
import type { Database } from './database.js';
import { toOrganisation } from './rows.js';

export function createOrgs(database: Database): OrgStore {
  return {
    async upsert(orgs) {
      await database.query(
        `Storing ${orgs.length} organisations`,
        `insert into flovyn.organisation (id, slug, name, tier, created_at)
         select n.*, (extract(epoch from now()) * 1000)::bigint from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as n
         on conflict (id) do update set slug = excluded.slug, name = excluded.name, tier = excluded.tier`,
        [
          orgs.map((org) => org.id),
          orgs.map((org) => org.slug),
          orgs.map((org) => org.name),
          orgs.map((org) => org.tier),
        ],
      );
    },

    async find(slugOrId) {
      const [row] = await database.query(
        'Looking for an organisation',
        'select * from flovyn.organisation where slug = $1 or id::text = $1 order by slug = $1 desc limit 1',
        [slugOrId],
      );
      return row && toOrganisation(row);
    },
  };
}
