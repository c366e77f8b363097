import { randomUUID } from 'node:crypto';
import {
  CommitConflict,
  type ExecutionId,
  type FamilyHead,
  type FamilyLog,
  type NumberedRun,
  type StreamHead,
  type StreamLog,
} from '@flovyn/engine';
import type { Database } from './database.js';
import { readPage } from './read-page.js';
import { entrySelect, toFamilyEntry } from './rows.js';
import { lastInFamily, numberRuns } from './statements/family.js';
import { type TextRow, maybeNumber, maybeText, number, text } from './text-row.js';

/** An execution and its descendants, as `tree`. */
const tree = `
  tree as (
    select e.id, e.status, 0 as depth from flovyn.execution as e where e.id = $1
    union all
    select c.id, c.status, tree.depth + 1 from tree join flovyn.execution as c on c.parent_id = tree.id
  )`;

const lastOf = (execution: string): string => `coalesce((
  select s.seq from flovyn.stream_entry as s where s.execution_id = ${execution} order by s.seq desc limit 1
), 0)`;

const selectPart = `
  with recursive ${tree},
  members as (select id, status, ${lastOf('id')} as seq, ${lastInFamily('id')} as numbered from tree)
  select f.epoch, f.seq,
    (select json_agg(id) from members) as members,
    (select json_agg(id) from members where status not in ('COMPLETED', 'FAILED', 'CANCELLED')) as open,
    (select bool_or(seq > numbered) from members) as loose,
    (select coalesce(max((
      select root_seq from flovyn.family_run where execution_id = members.id order by first desc limit 1
    )), 0) from members) as last
  from (select) as always left join flovyn.family as f on f.root_id = $2`;

/**
 * Entries that have no number yet as runs, in the order of their instants; within one execution in their own, and a parent's
 * before its children's.
 */
const looseRuns = `
  with recursive ${tree},
  loose as (
    select s.execution_id, s.seq, tree.depth, max(s.at) over (partition by s.execution_id order by s.seq) as at
    from tree join flovyn.stream_entry as s
      on s.execution_id = tree.id and s.seq > ${lastInFamily('tree.id')}
  ),
  placed as (
    select execution_id, seq, row_number() over (order by at, depth, execution_id, seq) as place from loose
  )
  select $1::uuid as root_id, execution_id, min(seq) as first, max(seq) as last, min(place) as place, $2::text as epoch
  from placed group by execution_id, place - seq`;

/** While there is no family, the root is all of it, and its own numbers are the family's. */
const isAlone = 'not exists (select from flovyn.family where root_id = $1)';

/** The first entry of the family above a number. Runs of which nothing is kept are passed one by one. */
const firstAfter = (after: string): string => `(
  select root_seq from (
    (
      select r.root_seq - r.last + s.seq as root_seq
      from flovyn.family_run as r cross join lateral (
        select seq from flovyn.stream_entry
        where execution_id = r.execution_id and seq >= r.first and seq > r.last - r.root_seq + ${after} and seq <= r.last
        order by seq limit 1
      ) as s
      where r.root_id = $1 and r.root_seq > ${after} order by r.root_seq limit 1
    )
    union all
    (
      select seq from flovyn.stream_entry
      where ${isAlone} and execution_id = $1 and seq > ${after} order by seq limit 1
    )
  ) as either
)`;

/**
 * A part of the stream. Until a family's first child, its numbers are those of its root, and so are their epochs. Bounded on
 * both sides, as with the stream of one execution.
 */
const selectWindow = `
  with page as materialized (
    select page_first - 1 as after, ${firstAfter('page_first + $3::bigint - 1')} as next from ${firstAfter('$2::bigint')} as f(page_first)
  )
  select s.execution_id, ${entrySelect}, s.seq + r.ahead as root_seq,
    case when r.ahead = 0 and r.execution_id = $1 then s.epoch else r.run_epoch end as root_epoch, r.next
  from (
    select execution_id, root_seq - last as ahead, epoch as run_epoch, page.next,
      greatest(first, last - root_seq + page.after + 1) as low,
      least(last, last - root_seq + page.after + $3::bigint) as high
    from flovyn.family_run, page where root_id = $1 and root_seq > page.after order by root_seq limit $3
  ) as r
  join flovyn.stream_entry as s on s.execution_id = r.execution_id and s.seq >= r.low and s.seq <= r.high
  union all
  select s.execution_id, ${entrySelect}, s.seq as root_seq, s.epoch as root_epoch, page.next
  from flovyn.stream_entry as s, page
  where ${isAlone} and s.execution_id = $1 and s.seq > page.after and s.seq <= page.after + $3::bigint
  order by root_seq`;

const selectExtent = `
  select min(first) as first, max(last) as last
  from (
    select root_seq - (last - first) as first, root_seq as last from flovyn.family_run
    where root_id = $1 and epoch = $2
    union all
    select seq, seq from flovyn.stream_entry where execution_id = $1 and epoch = $2 and (${isAlone} or seq <= (
      select last from flovyn.family_run where root_id = $1 and execution_id = $1 and last = root_seq
      order by root_seq limit 1
    ))
  ) as numbers`;

/** The stored streams of families. */
export function createFamilyLog(database: Database, streams: StreamLog): FamilyLog {
  const part = async ({ executionId, rootId }: StreamHead): Promise<Part | undefined> => {
    const [row] = await database.query(`Looking for the family of ${executionId}`, selectPart, [executionId, rootId]);
    return row && toPart(row);
  };

  /** Takes in what processes have written that do not count families. */
  const takeIn = async ({ rootId, epoch }: StreamHead): Promise<void> => {
    const what = `Numbering the family of ${rootId}`;
    await database.query(what, 'insert into flovyn.database_life default values on conflict do nothing');
    await database.query(
      what,
      `insert into flovyn.family (root_id, seq, epoch, life)
       select $1, 0, $2, name from flovyn.database_life on conflict do nothing`,
      [rootId, epoch],
    );
    await database.query(what, numberRuns(looseRuns), [rootId, randomUUID()]).catch((error: unknown) => {
      // Somebody else was faster, and it is done.
      if (!(error instanceof CommitConflict)) throw error;
    });
  };

  return {
    async head(orgId, id) {
      const own = await streams.head(orgId, id);
      if (own === undefined || own.type === 'task') return undefined;
      let found = await part(own);
      if (found !== undefined && found.hasLoose && (found.numbering !== undefined || !isByItself(own, found))) {
        await takeIn(own);
        found = await part(own);
      }
      if (found === undefined) return undefined;
      const { members, open, numbering } = found;
      const ended = open.size === 0 ? own.ended : undefined;
      return { ...own, last: own.seq, ...numbering, members, open, ended };
    },

    read: (rootId, after, limit) =>
      readPage(after, limit, async (from, most) => {
        const rows = await database.query(`Reading the family of ${rootId}`, selectWindow, [rootId, from, most]);
        return {
          entries: rows.map((row) => toFamilyEntry(row, rootId)),
          next: rows[0] && maybeNumber(rows[0], 'next'),
        };
      }),

    async extent(rootId, epoch) {
      const what = `Looking for a numbering of the family of ${rootId}`;
      const [row] = await database.query(what, selectExtent, [rootId, epoch]);
      const first = row === undefined ? undefined : maybeNumber(row, 'first');
      return row === undefined || first === undefined ? undefined : { first, last: number(row, 'last') };
    },
  };
}

export function toNumberedRun(row: TextRow): NumberedRun {
  return {
    executionId: text(row, 'execution_id') as ExecutionId,
    first: number(row, 'first'),
    last: number(row, 'last'),
    rootSeq: number(row, 'root_seq'),
    epoch: text(row, 'epoch'),
  };
}

/** Everything about a part of a family's stream, as of one moment. */
interface Part {
  readonly members: ReadonlySet<ExecutionId>;
  readonly open: ReadonlySet<ExecutionId>;
  /** Whether some of its entries have no number. */
  readonly hasLoose: boolean;
  /** Absent while nothing is counted. */
  readonly numbering: Pick<FamilyHead, 'epoch' | 'seq' | 'last'> | undefined;
}

function toPart(row: TextRow): Part {
  const epoch = maybeText(row, 'epoch');
  return {
    members: idsOf(text(row, 'members')),
    open: idsOf(maybeText(row, 'open') ?? '[]'),
    hasLoose: text(row, 'loose') === 't',
    numbering: epoch === undefined ? undefined : { epoch, seq: number(row, 'seq'), last: number(row, 'last') },
  };
}

function idsOf(list: string): ReadonlySet<ExecutionId> {
  return new Set(JSON.parse(list) as ExecutionId[]);
}

function isByItself({ executionId, rootId }: StreamHead, { members }: Part): boolean {
  return executionId === rootId && members.size === 1;
}
