import type { DueTimer, ExecutionId, OrgId, ReadyCount, ReadyLine, ReadyWork, ReserveRequest } from '@flovyn/engine';
import { wordOf } from './codes.js';
import { type Database, isRelaxed, relaxed } from './database.js';
import { dueTypes, readyTypes } from './statements/work.js';
import { type TextRow, maybeNumber, number, text } from './text-row.js';

/**
 * Reserves ready work: the first of each kind, and of these the first of all. Rows that another caller is reserving at this
 * moment are passed over, not waited for. A reservation that a crash loses was nothing but a hint.
 */
export async function reserve(database: Database, request: ReserveRequest): Promise<readonly ReadyWork[]> {
  const rows = await database.query(
    'Reserving work',
    `${relaxed}
     update flovyn.ready as r set reserved_until = $6::bigint + $7::bigint
     from (
       select found.id from unnest($4::text[]) as wanted(kind)
       cross join lateral (
         select id, score from flovyn.ready
         where org_id = $1 and queue = $2 and type = $3 and kind = wanted.kind and reserved_until <= $6
           and ${isRelaxed}
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

export async function release(database: Database, id: string): Promise<void> {
  await database.query(
    'Releasing work',
    `${relaxed} update flovyn.ready set reserved_until = 0 where id = $1 and ${isRelaxed}`,
    [id],
  );
}

/**
 * The first entry of each line, one look into the index after the other: however much work stands in a line, and whatever
 * remains there of work that is gone, it is jumped over.
 */
const recursiveLines = `
  with recursive line as (
    (select org_id, queue, type, kind from flovyn.ready order by org_id, queue, type, kind limit 1)
    union all
    select next.* from line cross join lateral (
      select org_id, queue, type, kind from flovyn.ready as r
      where (r.org_id, r.queue, r.type, r.kind) > (line.org_id, line.queue, line.type, line.kind)
      order by r.org_id, r.queue, r.type, r.kind limit 1
    ) as next
  )`;

export const readyLinesSql = `${recursiveLines}
  select org_id, queue, type, kind from line limit $1`;

export async function readyLines(database: Database, limit: number): Promise<readonly ReadyLine[]> {
  const rows = await database.query('Looking for ready work', readyLinesSql, [limit]);
  return rows.map(toReadyLine);
}

/** From each line no more is looked at than is counted. */
export const readyCountsSql = `${recursiveLines}
  select org_id, queue, type, kind, (
    select count(*) from (
      select 1 from flovyn.ready as r
      where r.org_id = first.org_id and r.queue = first.queue and r.type = first.type and r.kind = first.kind limit $2
    ) as standing
  ) as count
  from (select * from line limit $1) as first`;

export async function readyCounts(
  database: Database,
  limits: { readonly lines: number; readonly most: number },
): Promise<readonly ReadyCount[]> {
  const rows = await database.query('Counting ready work', readyCountsSql, [limits.lines, limits.most]);
  return rows.map((row) => ({ ...toReadyLine(row), count: number(row, 'count') }));
}

export async function dueTimers(database: Database, now: number, limit: number): Promise<readonly DueTimer[]> {
  const rows = await database.query(
    'Looking for what is due',
    `(select execution_id, ${dueTypes.task} as type, id::text, org_id, due_at from flovyn.timer
      where due_at <= $1 order by due_at limit $2)
     union all
     (select execution_id, type, id, org_id, due_at from flovyn.due where due_at <= $1 order by due_at limit $2)
     order by due_at limit $2`,
    [now, limit],
  );
  return rows.map((row) => ({
    executionId: text(row, 'execution_id') as ExecutionId,
    type: wordOf(dueTypes, number(row, 'type')),
    id: text(row, 'id'),
    orgId: text(row, 'org_id') as OrgId,
    dueAt: number(row, 'due_at'),
  }));
}

export async function nextTimer(database: Database, now: number): Promise<number | undefined> {
  const [row] = await database.query(
    'Looking for the next timer',
    `select least(
       (select min(due_at) from flovyn.timer where due_at > $1), (select min(due_at) from flovyn.due where due_at > $1)
     ) as due_at`,
    [now],
  );
  return row && maybeNumber(row, 'due_at');
}

function toReadyLine(row: TextRow): ReadyLine {
  return {
    orgId: text(row, 'org_id') as OrgId,
    queue: text(row, 'queue'),
    type: wordOf(readyTypes, number(row, 'type')),
    kind: text(row, 'kind'),
  };
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
