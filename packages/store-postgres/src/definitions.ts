import type {
  DefinitionConfiguration,
  DefinitionFilter,
  DefinitionRecord,
  DefinitionType,
  OrgId,
  Page,
} from '@flovyn/engine';
import { fromJson, toJson } from '@flovyn/protocol';
import type { Database } from './database.js';
import { readPage } from './page.js';
import { unpackDefinitionAbout, unpackStreams } from './packed.js';
import { type TextRow, json, maybeJson, maybeNumber, number, text } from './text-row.js';

/** Something of those workers of the definition `d` that are not gone. */
const ofWorkers = (what: string) => `
  (select ${what} from flovyn.worker_definition as l join flovyn.worker as w on w.org_id = l.org_id and w.id = l.worker_id
   where l.org_id = d.org_id and l.type = d.type and l.kind = d.kind and not w.gone)`;

/** Columns of a definition, for the alias `d`. */
const definitionSelect = `
  d.id, d.type, d.kind, d.first_seen_at, d.last_registered_at, d.timeout_seconds, array_to_json(d.versions) as versions,
  convert_from(d.about, 'UTF8') as about, convert_from(d.tags, 'UTF8') as tags,
  convert_from(d.retry_policy, 'UTF8') as retry_policy, convert_from(d.input_schema, 'UTF8') as input_schema,
  convert_from(d.output_schema, 'UTF8') as output_schema, convert_from(d.metadata, 'UTF8') as metadata,
  convert_from(d.streams, 'UTF8') as streams,
  ${ofWorkers('max(w.last_heartbeat_at)')} as worker_seen_at, ${ofWorkers('count(*)')} as worker_count`;

export function listDefinitions(
  database: Database,
  orgId: OrgId,
  filter: DefinitionFilter,
): Promise<Page<DefinitionRecord>> {
  return readPage(database, {
    what: `${filter.type} definitions`,
    select: definitionSelect,
    from: 'flovyn.definition as d',
    where: [
      ['d.org_id =', orgId],
      ['d.type =', filter.type],
    ],
    order: [{ column: 'd.kind', name: 'kind', type: 'text' }],
    direction: 'asc',
    page: filter,
    toRow: toDefinition,
  });
}

export async function findDefinition(
  database: Database,
  orgId: OrgId,
  type: DefinitionType,
  kind: string,
): Promise<DefinitionRecord | undefined> {
  const [row] = await database.query(
    `Reading ${type} definition ${kind}`,
    `select ${definitionSelect} from flovyn.definition as d where d.org_id = $1 and d.type = $2 and d.kind = $3`,
    [orgId, type, kind],
  );
  return row && toDefinition(row);
}

/** What is absent stays as it is; null says that there shall be none. Either way registrations leave it alone from now on. */
export async function configure(
  database: Database,
  orgId: OrgId,
  type: DefinitionType,
  kind: string,
  { timeoutSeconds, retryPolicy, tags }: DefinitionConfiguration,
): Promise<DefinitionRecord | undefined> {
  const [row] = await database.query(
    `Configuring ${type} definition ${kind}`,
    `update flovyn.definition as d set
       timeout_by_hand = d.timeout_by_hand or $4::boolean,
       timeout_seconds = case when $4::boolean then $5::double precision else d.timeout_seconds end,
       retry_by_hand = d.retry_by_hand or $6::boolean,
       retry_policy = case when $6::boolean then convert_to($7, 'UTF8') else d.retry_policy end,
       tags_by_hand = d.tags_by_hand or $8::boolean,
       tags = case when $8::boolean then convert_to($9, 'UTF8') else d.tags end
     where d.org_id = $1 and d.type = $2 and d.kind = $3
     returning ${definitionSelect}`,
    [
      orgId,
      type,
      kind,
      timeoutSeconds !== undefined,
      timeoutSeconds ?? null,
      retryPolicy !== undefined,
      retryPolicy ?? null,
      tags !== undefined,
      tags === undefined ? null : toJson(tags),
    ],
  );
  return row && toDefinition(row);
}

function toDefinition(row: TextRow): DefinitionRecord {
  const versions = fromJson(json(row, 'versions')) as readonly string[];
  return {
    id: text(row, 'id'),
    type: text(row, 'type') as DefinitionType,
    kind: text(row, 'kind'),
    ...unpackDefinitionAbout(json(row, 'about')),
    latestVersion: versions[0] ?? '',
    versions,
    timeoutSeconds: maybeNumber(row, 'timeout_seconds'),
    tags: fromJson(json(row, 'tags')) as readonly string[],
    retryPolicy: maybeJson(row, 'retry_policy'),
    inputSchema: maybeJson(row, 'input_schema'),
    outputSchema: maybeJson(row, 'output_schema'),
    metadata: maybeJson(row, 'metadata'),
    streams: unpackStreams(maybeJson(row, 'streams')),
    firstSeenAt: number(row, 'first_seen_at'),
    lastRegisteredAt: number(row, 'last_registered_at'),
    workerSeenAt: maybeNumber(row, 'worker_seen_at'),
    workerCount: number(row, 'worker_count'),
  };
}
