import type { Retention, Weight } from '@flovyn/engine';
import { invariant } from '@flovyn/protocol';
import type { Database } from './database.js';
import { type TextRow, number, text } from './text-row.js';

/** Most executions that one statement passes. */
const ENDS_AT_A_TIME = 100;

/** Output, not news. */
const isOutput = 's.kind <> 0';

/**
 * The newest entries of attempts that run on although their execution has ended. Few do: only where there are some, their
 * executions' entries are walked over, once each.
 */
const kept = `
  unfinished as materialized (
    select e.execution_id from ended as e
    where exists (select from flovyn.task as t where t.execution_id = e.execution_id and t.status = 'RUNNING')
  ),
  kept as materialized (
    select u.execution_id, newest.seq
    from unfinished as u cross join lateral (
      select s.task_id, s.attempt, max(s.seq) as seq from flovyn.stream_entry as s
      where s.execution_id = u.execution_id and s.ordinal is not null group by s.task_id, s.attempt
      offset 0
    ) as newest
    join flovyn.task as t on t.id = newest.task_id and t.execution_count = newest.attempt and t.status = 'RUNNING'
  )`;

const isKept = (alias: string): string =>
  `exists (select from kept as k where k.execution_id = ${alias}.execution_id and k.seq = ${alias}.seq)`;

/**
 * One step over the ends, its own transaction. The ends that were read are passed when all of their entries fitted into
 * it; else the same ends are read again, of which less is left.
 *
 * Entries go in the order of their numbers, so that what is left of an execution meanwhile is its end. With the last of
 * them goes what says where they stood in the stream of the family: but not the last run, which the next one goes on from.
 */
const expireSql = (condition: string, withRuns: boolean): string => `
  with held as materialized (
    select at, execution_id from flovyn.retention where what = $1 for update skip locked
  ),
  ends as materialized (
    select s.execution_id, s.seq, s.at from flovyn.stream_entry as s
    where s.terminal and s.at <= $2
      and (s.at, s.execution_id) > ((select at from held), (select execution_id from held))
    order by s.at, s.execution_id limit ${ENDS_AT_A_TIME}
  ),
  ended as materialized (
    select execution_id, seq from ends as e
    where not exists (
      select from flovyn.stream_entry as later where later.execution_id = e.execution_id and later.seq > e.seq
    )
  ),
  ${kept},
  doomed as materialized (
    select d.execution_id, d.seq
    from ended as e cross join lateral (
      select s.execution_id, s.seq from flovyn.stream_entry as s
      where s.execution_id = e.execution_id and s.seq < e.seq and ${condition} and not ${isKept('s')}
      order by s.seq limit $3
    ) as d
    limit $3
  ),
  removed as (
    delete from flovyn.stream_entry as s using doomed as d where s.execution_id = d.execution_id and s.seq = d.seq
  ),
  progress as materialized (
    select (select count(*) from doomed) as removed, (select count(*) from ends) as ends
  ),${withRuns ? runsRemoved : ''}
  passed as (
    update flovyn.retention as r set at = e.at, execution_id = e.execution_id
    from (select at, execution_id from ends order by at desc, execution_id desc limit 1) as e, progress
    where r.what = $1 and progress.removed < $3
  )
  select removed, ends from progress`;

const runsRemoved = `
  runs_removed as (
    delete from flovyn.family_run as r using ended as e, progress
    where r.execution_id = e.execution_id and r.last < e.seq and progress.removed < $3
      and exists (select from flovyn.family_run as n where n.execution_id = r.execution_id and n.first > r.first)
      and not exists (
        select from kept as k where k.execution_id = r.execution_id and k.seq between r.first and r.last
      )
  ),`;

const expireAll = expireSql('true', true);
const expireOutput = expireSql(isOutput, false);

/** One walk over a stream, which may have a million entries, and hundreds of attempts that run. */
const weighSql = `
  with running as materialized (
    select id, execution_count from flovyn.task where execution_id = $1 and status = 'RUNNING'
  ),
  parts as materialized (
    select s.task_id, s.attempt, s.ordinal is not null as is_output,
      count(*) as entries, sum(octet_length(s.event)) as bytes, max(s.seq) as last
    from flovyn.stream_entry as s where s.execution_id = $1 group by 1, 2, 3
  )
  select coalesce(sum(entries), 0) as entries, coalesce(sum(bytes), 0) as bytes, coalesce(max(last), 0) as last,
    coalesce(json_agg(last) filter (where is_output and exists (
      select from running as r where r.id = task_id and r.execution_count = attempt
    )), '[]') as held
  from parts`;

/** From the oldest on, as long as what was taken before an entry is too little by either measure. */
const trimSql = `
  with oldest as (
    select s.seq, octet_length(s.event) as bytes from flovyn.stream_entry as s
    where s.execution_id = $1 and s.seq < $5 and ${isOutput} and s.seq <> all($6::bigint[])
    order by s.seq limit $4
  ),
  doomed as materialized (
    select seq, bytes from (
      select seq, bytes, row_number() over in_order as place, sum(bytes) over in_order as up_to
      from oldest window in_order as (order by seq)
    ) as o
    where place <= $2 or up_to - bytes < $3
  ),
  removed as (
    delete from flovyn.stream_entry as s using doomed as d where s.execution_id = $1 and s.seq = d.seq
  )
  select count(*) as entries, coalesce(sum(bytes), 0) as bytes from doomed`;

/**
 * Letting stored stream entries go, in statements of bounded size that hold nothing which a commit of others waits for.
 *
 * A crash that takes the newest entry of a stream also takes the removals that saw it, because the write-ahead log is lost
 * from its end only. So the greatest number that is stored is never lower than what was durable.
 */
export function createRetention(database: Database): Retention {
  return {
    async expire(what, endedBy, limit) {
      const [row] = await database.query('Removing expired stream entries', what === 'all' ? expireAll : expireOutput, [
        what,
        endedBy,
        limit,
      ]);
      invariant(row !== undefined, 'counts are answered');
      const removed = number(row, 'removed');
      return { removed, more: removed >= limit || number(row, 'ends') === ENDS_AT_A_TIME };
    },

    async weigh(id) {
      const [row] = await database.query(`Weighing the stream of ${id}`, weighSql, [id]);
      invariant(row !== undefined, 'an aggregate answers');
      return {
        id,
        weight: toWeight(row),
        last: number(row, 'last'),
        held: JSON.parse(text(row, 'held')) as number[],
      };
    },

    async trim({ id, last, held }, { entries, bytes }, limit) {
      const [row] = await database.query(`Trimming the stream of ${id}`, trimSql, [
        id,
        entries,
        bytes,
        limit,
        last,
        held,
      ]);
      invariant(row !== undefined, 'an aggregate answers');
      return toWeight(row);
    },
  };
}

function toWeight(row: TextRow): Weight {
  return { entries: number(row, 'entries'), bytes: number(row, 'bytes') };
}
