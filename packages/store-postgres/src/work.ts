import type { DueTimer, ExecutionId, OrgId, ReadyWork, ReserveRequest } from '@flovyn/engine';
import type { Database } from './database.js';
import { readyTypes } from './statements/work.js';
import { type TextRow, maybeNumber, number, text } from './text-row.js';

/**
 * Reserves ready work: the first of each kind, and of these the first of all. Rows that another caller is reserving at this
 * moment are passed over, not waited for. A reservation that a crash loses was nothing but a hint, so its commit does not
 * wait for the disk.
 */
export async function reserve(database: Database, request: ReserveRequest): Promise<readonly ReadyWork[]> {
  const rows = await database.query(
    'Reserving work',
    `with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
     update flovyn.ready as r set reserved_until = $6::bigint + $7::bigint
     from (
       select found.id from unnest($4::text[]) as wanted(kind)
       cross join lateral (
         select id, score from flovyn.ready
         where org_id = $1 and queue = $2 and type = $3 and kind = wanted.kind and reserved_until <= $6
           and (select true from relaxed)
         order by score, id limit $5 for update skip locked
       ) as found
       order by found.score, found.id limit $5
     ) as free
     where r.id = free.id
     returning r.id, r.execution_id, r.org_id, r.queue, r.kind, r.score`,
    [
      request.orgId,
      request.queue,
      readyTypes[request.type],
      [...new Set(request.kinds)],
      request.limit,
      request.now,
      request.holdMs,
    ],
  );
  return rows
    .map((row) => toReadyWork(row, request.type))
    .toSorted((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1));
}

export async function dueTimers(database: Database, now: number, limit: number): Promise<readonly DueTimer[]> {
  const rows = await database.query(
    'Looking for due timers',
    'select id, execution_id, org_id, due_at from flovyn.timer where due_at <= $1 order by due_at, id limit $2',
    [now, limit],
  );
  return rows.map((row) => ({
    id: text(row, 'id'),
    executionId: text(row, 'execution_id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    dueAt: number(row, 'due_at'),
  }));
}

export async function nextTimer(database: Database, now: number): Promise<number | undefined> {
  const [row] = await database.query(
    'Looking for the next timer',
    'select min(due_at) as due_at from flovyn.timer where due_at > $1',
    [now],
  );
  return row && maybeNumber(row, 'due_at');
}

function toReadyWork(row: TextRow, type: ReadyWork['type']): ReadyWork {
  return {
    id: text(row, 'id'),
    type,
    executionId: text(row, 'execution_id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    queue: text(row, 'queue'),
    kind: text(row, 'kind'),
    score: number(row, 'score'),
  };
}
