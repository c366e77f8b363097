import type { Capability, WorkerRegistration } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import type { Database } from './database.js';
import { packDefinitionAbout, packStreams, packWorkerAbout } from './packed.js';

/** As many as anybody wants to read: some teams have a version for every commit. */
const versionLimit = 100;

const insertWorker = `
  insert into flovyn.worker as w (id, org_id, registered_at, last_heartbeat_at, gone, type, about, metadata)
  values ($1, $2, $3, $3, false, $4, convert_to($5, 'UTF8'), convert_to($6, 'UTF8'))
  on conflict (org_id, id) do update set
    last_heartbeat_at = greatest(w.last_heartbeat_at, excluded.last_heartbeat_at), gone = false,
    type = excluded.type, about = excluded.about, metadata = excluded.metadata`;

const insertDefinitions = `
  insert into flovyn.definition as d (
    org_id, first_seen_at, last_registered_at, type, kind, versions, about, timeout_seconds, tags, retry_policy,
    input_schema, output_schema, metadata, streams
  )
  select
    $2, $3, $3, type, kind, array[version], convert_to(about, 'UTF8'), timeout_seconds, convert_to(tags, 'UTF8'),
    convert_to(retry_policy, 'UTF8'), convert_to(input_schema, 'UTF8'), convert_to(output_schema, 'UTF8'),
    convert_to(metadata, 'UTF8'), convert_to(streams, 'UTF8')
  from given
  on conflict (org_id, type, kind) do update set
    last_registered_at = greatest(d.last_registered_at, excluded.last_registered_at),
    versions = (excluded.versions || array_remove(d.versions, excluded.versions[1]))[1:${versionLimit}],
    about = excluded.about,
    timeout_seconds = case when d.timeout_by_hand then d.timeout_seconds else excluded.timeout_seconds end,
    tags = case when d.tags_by_hand then d.tags else excluded.tags end,
    retry_policy = case when d.retry_by_hand then d.retry_policy else excluded.retry_policy end,
    input_schema = excluded.input_schema, output_schema = excluded.output_schema, metadata = excluded.metadata,
    streams = excluded.streams`;

/**
 * One statement, so one transaction and one round trip. Every registration meets the tables in the same order, and their
 * rows in the order of their keys: so two of them never wait for each other in a ring.
 */
const registerSql = `
  with given as (
    select * from json_to_recordset($7::json) as g(
      type text, kind text, version text, about text, timeout_seconds double precision, tags text, retry_policy text,
      input_schema text, output_schema text, metadata text, streams text
    )
  ),
  worker as (${insertWorker}),
  definitions as (${insertDefinitions})
  insert into flovyn.worker_definition (org_id, worker_id, type, kind) select $2, $1, type, kind from given
  on conflict do nothing`;

export async function register(database: Database, worker: WorkerRegistration, now: number): Promise<void> {
  await database.query(`Registering worker ${worker.id}`, registerSql, [
    worker.id,
    worker.orgId,
    now,
    worker.type,
    packWorkerAbout(worker),
    worker.metadata ?? null,
    toJson(inOrder(worker.definitions).map(toGiven)),
  ]);
}

/** By the key of their rows, each once: of two that a worker said of one kind the later counts. */
function inOrder(definitions: readonly Capability[]): readonly Capability[] {
  const byName = new Map(definitions.map((definition) => [`${definition.type} ${definition.kind}`, definition]));
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => definition);
}

/** Payloads go as texts within the text: they are stored as they came. */
function toGiven(definition: Capability) {
  return {
    type: definition.type,
    kind: definition.kind,
    version: definition.version,
    about: packDefinitionAbout(definition),
    timeout_seconds: definition.timeoutSeconds,
    tags: toJson(definition.tags),
    retry_policy: definition.retryPolicy,
    input_schema: definition.inputSchema,
    output_schema: definition.outputSchema,
    metadata: definition.metadata,
    streams: packStreams(definition.streams),
  };
}
