import { CommitConflict, type OrgStore } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { Database } from './database.js';
import { toOrganisation } from './rows.js';
import { text } from './text-row.js';

export function createOrgs(database: Database): OrgStore {
  return {
    async upsert(orgs) {
      const [ids, slugs] = [orgs.map(({ id }) => id), orgs.map(({ slug }) => slug)];
      const stored = database.query(
        `Storing ${orgs.length} organisations`,
        `insert into flovyn.organisation (id, slug, name, tier, region, created_at)
         select n.*, (extract(epoch from now()) * 1000)::bigint
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) as n
         on conflict (id) do update set
           slug = excluded.slug, name = excluded.name, tier = excluded.tier, region = excluded.region`,
        [ids, slugs, orgs.map((org) => org.name), orgs.map((org) => org.tier), orgs.map((org) => org.region ?? null)],
      );
      try {
        await stored;
      } catch (error: unknown) {
        if (!(error instanceof CommitConflict)) throw error;
        throw await whoseSlug(database, ids, slugs, error);
      }
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

async function whoseSlug(
  database: Database,
  ids: readonly string[],
  slugs: readonly string[],
  cause: Error,
): Promise<Error> {
  const [taken] = await database.query(
    'Looking for the owner of a slug',
    `select o.id, o.slug, n.id as wanted from flovyn.organisation as o
     join unnest($1::uuid[], $2::text[]) as n(id, slug) on n.slug = o.slug and n.id <> o.id limit 1`,
    [ids, slugs],
  );
  if (taken === undefined) return cause;
  const [slug, owner, wanted] = ['slug', 'id', 'wanted'].map((column) => text(taken, column));
  return new ServiceError(
    'ALREADY_EXISTS',
    `Organisation "${slug}" cannot have the id ${wanted}: its slug belongs to ${owner}. Give it that id, or another slug.`,
    { cause },
  );
}
