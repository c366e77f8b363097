import type { FamilyBeginning, FamilyRun } from '@flovyn/engine';
import { type Column, int4, int8, text, uuid } from '../lane/columns.js';
import type { Statement } from '../lane/statement.js';
import { insert, rowsOf } from './shapes.js';

export const beginFamilies = insert<FamilyBeginning>(
  'begin_families',
  'family',
  [
    uuid('root_id', (row) => row.rootId),
    text('epoch', (row) => row.epoch),
    text('life', (row) => row.life),
    int8('seq', () => 0),
  ],
  'on conflict (root_id) do nothing',
);

/** A run and its place among those of its batch. */
export interface PlacedRun extends FamilyRun {
  readonly place: number;
}

const runColumns: readonly Column<PlacedRun>[] = [
  uuid('root_id', (row) => row.rootId),
  uuid('execution_id', (row) => row.executionId),
  int8('known_first', (row) => row.first),
  int8('last', (row) => row.last),
  text('epoch', (row) => row.epoch),
  int4('place', (row) => row.place),
];

/** The last entry of an execution that has a number in its family's stream. */
export const lastInFamily = (execution: string): string => `coalesce((
  select r.last from flovyn.family_run as r where r.execution_id = ${execution} order by r.first desc limit 1
), 0)`;

/**
 * Gives numbers to runs (`root_id, execution_id, first, last, place, epoch`) in the order of their places, and answers with
 * them. Whoever counts holds the family until the transaction ends, so that numbers are given in the order of the commits.
 * When the database has begun another life, the newest numbers may be those of entries it has lost, and the numbering is
 * another one from here on.
 */
export const numberRuns = (runs: string): string => `
  with runs as (${runs}),
  held as materialized (
    select f.root_id, f.seq, f.epoch, f.life
    from (select distinct root_id from runs) as n join flovyn.family as f on f.root_id = n.root_id
    order by f.root_id for update of f
  ),
  counted as (
    select h.root_id, h.seq, life.name as life,
      case when h.life = life.name then h.epoch else (select min(r.epoch) from runs as r) end as epoch
    from held as h, flovyn.database_life as life
  ),
  numbered as (
    select r.execution_id, r.first, r.last, r.place, c.root_id, c.epoch,
      c.seq + (sum(r.last - r.first + 1) over (partition by c.root_id order by r.place))::bigint as root_seq
    from runs as r join counted as c on c.root_id = r.root_id
    where r.last >= r.first
  ),
  written as (
    insert into flovyn.family_run (execution_id, first, last, root_id, root_seq, epoch)
    select execution_id, first, last, root_id, root_seq, epoch from numbered order by execution_id, first
  ),
  moved as (
    update flovyn.family as f set seq = m.seq, epoch = c.epoch, life = c.life
    from counted as c join (select root_id, max(root_seq) as seq from numbered group by root_id) as m
      on m.root_id = c.root_id
    where f.root_id = c.root_id
  )
  select execution_id, first, last, root_seq, epoch from numbered order by place`;

export const numberFamilies: Statement<PlacedRun> = {
  name: 'number_families',
  sql: numberRuns(`
    select n.*, coalesce(n.known_first, 1 + ${lastInFamily('n.execution_id')}) as first
    from (${rowsOf(runColumns)}) as n`),
  columns: runColumns,
  reads: true,
};
