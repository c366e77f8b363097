import type { DefinitionType, WorkerKinds, WorkerRef, WorkerRecord, WorkerStore, WorkerType } from '@flovyn/engine';
import { fromJson } from '@flovyn/protocol';
import { type Database, isRelaxed, relaxed } from './database.js';
import { configure, findDefinition, listDefinitions } from './definitions.js';
import { type Condition, readPage } from './page.js';
import { unpackWorkerAbout } from './packed.js';
import { register } from './registration.js';
import { type TextRow, json, maybeJson, number, text } from './text-row.js';
import { isUuid } from './uuid.js';

/** What is known of workers and of what they can do. For people and for hints; nothing is decided on it. */
export function createWorkers(database: Database): WorkerStore {
  return {
    register: (worker, now) => register(database, worker, now),

    async kindsOf(workers) {
      // A worker may call itself by any text; what is no id was never registered.
      const ids = workers.map(({ workerId }) => (isUuid(workerId) ? workerId : null));
      if (ids.every((id) => id === null)) return ids.map(() => undefined);
      const rows = await database.query(
        `Reading the kinds of ${workers.length} workers`,
        `select n.place, ${kindsSelect}
         from unnest($1::uuid[], $2::uuid[]) with ordinality as n(org_id, id, place)
         join flovyn.worker as w on w.org_id = n.org_id and w.id = n.id`,
        [workers.map(({ orgId }) => orgId), ids],
      );
      const found = new Map(rows.map((row) => [number(row, 'place'), toKinds(row)]));
      return workers.map((_, index) => found.get(index + 1));
    },

    async seen(workers, now) {
      const change = 'last_heartbeat_at = greatest(w.last_heartbeat_at, $3::bigint), gone = false';
      await touch(database, workers, change, [now]);
    },

    async gone(workers) {
      await touch(database, workers, 'gone = true', []);
    },

    workers: (orgId, filter) =>
      readPage(database, {
        what: 'workers',
        select: workerSelect,
        from: 'flovyn.worker as w',
        where: [
          ['w.org_id =', orgId],
          filter.type && ['w.type =', filter.type],
          filter.online && onlineIs(filter.online),
        ],
        order: [
          { column: 'w.registered_at', name: 'registered_at', type: 'number' },
          { column: 'w.id', name: 'id', type: 'uuid' },
        ],
        direction: 'desc',
        page: filter,
        toRow: toWorker,
      }),

    async worker(orgId, id) {
      const [row] = await database.query(
        `Reading worker ${id}`,
        `select ${workerSelect} from flovyn.worker as w where w.id = $1 and w.org_id = $2`,
        [id, orgId],
      );
      return row && toWorker(row);
    },

    definitions: (orgId, filter) => listDefinitions(database, orgId, filter),
    definition: (orgId, type, kind) => findDefinition(database, orgId, type, kind),
    configure: (orgId, type, kind, configuration) => configure(database, orgId, type, kind, configuration),
  };
}

const kindsOf = (type: DefinitionType) => `
  (select json_agg(l.kind order by l.kind) from flovyn.worker_definition as l where l.org_id = w.org_id and l.worker_id = w.id and l.type = '${type}')`;

const kindsSelect = `${kindsOf('workflow')} as workflows, ${kindsOf('task')} as tasks`;

const workerSelect = `
  w.id, w.registered_at, w.last_heartbeat_at, w.gone, w.type, convert_from(w.about, 'UTF8') as about,
  convert_from(w.metadata, 'UTF8') as metadata, ${kindsSelect}`;

function onlineIs({ is, after }: { readonly is: boolean; readonly after: number }): Condition {
  return [`case when w.gone then 0 else w.last_heartbeat_at end ${is ? '>' : '<='}`, after];
}

/**
 * Changes workers that have registered; a worker may call itself by any text, so some of these may have no row. Locked in
 * the order of their ids, because two processes may have heard of the same ones. What a crash takes is heard again.
 */
async function touch(
  database: Database,
  workers: readonly WorkerRef[],
  change: string,
  parameters: readonly unknown[],
): Promise<void> {
  const named = workers.filter(({ workerId }) => isUuid(workerId));
  if (named.length === 0) return;
  await database.query(
    `Noting ${named.length} workers`,
    `${relaxed},
     met as (
       select org_id, id from flovyn.worker
       where (org_id, id) in (select * from unnest($1::uuid[], $2::uuid[])) and ${isRelaxed}
       order by org_id, id for no key update
     )
     update flovyn.worker as w set ${change} from met where w.org_id = met.org_id and w.id = met.id`,
    [named.map(({ orgId }) => orgId), named.map(({ workerId }) => workerId), ...parameters],
  );
}

function toWorker(row: TextRow): WorkerRecord {
  return {
    id: text(row, 'id'),
    ...unpackWorkerAbout(json(row, 'about')),
    type: text(row, 'type') as WorkerType,
    metadata: maybeJson(row, 'metadata'),
    registeredAt: number(row, 'registered_at'),
    lastHeartbeatAt: number(row, 'last_heartbeat_at'),
    gone: row['gone'] === 't',
    kinds: toKinds(row),
  };
}

function toKinds(row: TextRow): WorkerKinds {
  return { workflows: toNames(row, 'workflows'), tasks: toNames(row, 'tasks') };
}

function toNames(row: TextRow, column: string): readonly string[] {
  const names = maybeJson(row, column);
  return names === undefined ? [] : (fromJson(names) as readonly string[]);
}
