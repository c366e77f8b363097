import type { OrgStore } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { Database } from './database.js';
import { toOrganisation } from './rows.js';

export function createOrgs(database: Database): OrgStore {
  return {
    async upsert(orgs) {
      await database.query(
        `Storing ${orgs.length} organisations`,
        `insert into flovyn.organisation (id, slug, name, tier, region, created_at)
         select n.*, (extract(epoch from now()) * 1000)::bigint
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) as n
         on conflict (id) do update set
           slug = excluded.slug, name = excluded.name, tier = excluded.tier, region = excluded.region`,
        [
          orgs.map((org) => org.id),
          orgs.map((org) => org.slug),
          orgs.map((org) => org.name),
          orgs.map((org) => org.tier),
          orgs.map((org) => org.region ?? null),
        ],
      );
    },

    async create({ id, slug, name, tier, region, createdAt }) {
      const created = await database.query(
        `Creating organisation ${slug}`,
        `insert into flovyn.organisation (id, slug, name, tier, region, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing returning id`,
        [id, slug, name, tier, region ?? null, createdAt],
      );
      if (created.length > 0) return;
      throw new ServiceError(
        'ALREADY_EXISTS',
        `Organisation "${slug}" cannot be created: its slug is taken. Choose another one.`,
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
