import { type Column, int8 } from '../lane/columns.js';
import type { Statement } from '../lane/statement.js';

/**
 * One row per element, in the order of the arrays. Side by side in the target list they are taken apart as the rows are
 * asked for; `unnest` of all of them in `from` would first write them all to a store of its own, which cost a third more.
 */
export function rowsOf(columns: readonly Column<never>[]): string {
  return `select ${columns.map(({ name, type }, index) => `unnest($${index + 1}::${type}[]) as ${name}`).join(', ')}`;
}

/** The same for a single row whose values are the parameters themselves: no array to take apart, nothing to join with. */
function rowOf(columns: readonly Column<never>[]): string {
  return `select ${columns.map(({ name, type }, index) => `$${index + 1}::${type} as ${name}`).join(', ')}`;
}

/** A statement over a set of rows, in the form for any number of them and in the one for a single row. */
export function statementOf<Row>(
  name: string,
  columns: readonly Column<Row>[],
  toSql: (rows: string) => string,
): Statement<Row> {
  return { name, sql: toSql(rowsOf(columns)), sqlOfOne: toSql(rowOf(columns)), columns };
}

/** Inserts rows; a row whose key is taken fails the group. `suffix` says otherwise where a statement wants it. */
export function insert<Row>(name: string, table: string, columns: readonly Column<Row>[], suffix = ''): Statement<Row> {
  const names = columns.map((column) => column.name).join(', ');
  return statementOf(name, columns, (rows) => `insert into flovyn.${table} (${names}) ${rows} ${suffix}`);
}

/**
 * Updates rows by their key and fails the group when one of them is not there any more, or not at the version it was
 * decided on. `expected`, where given, is that version.
 */
export function guardedUpdate<Row>(
  name: string,
  table: string,
  key: readonly Column<Row>[],
  moving: readonly Column<Row>[],
  expected?: (row: Row) => number | undefined,
): Statement<Row> {
  const guard = expected === undefined ? [] : [int8<Row>('expected_version', expected)];
  const set = moving.map((column) => `${column.name} = n.${column.name}`).join(', ');
  const unchanged = expected === undefined ? '' : 'and t.version = n.expected_version';
  return guarded(
    name,
    [...key, ...guard, ...moving],
    (rows) => `update flovyn.${table} as t set ${set} from (${rows}) as n where ${sameKey(key)} ${unchanged}`,
  );
}

/** Removes rows by their key; those that are not there are passed over. */
export function remove<Row>(name: string, table: string, key: readonly Column<Row>[]): Statement<Row> {
  return statementOf(
    name,
    key,
    (rows) => `delete from flovyn.${table} as t using (${rows}) as n where ${sameKey(key)}`,
  );
}

/** That the row `t` of a table has the key of the row `n` that was sent. */
function sameKey(key: readonly Column<never>[]): string {
  return key.map(({ name }) => `t.${name} = n.${name}`).join(' and ');
}

/** Fails the group when a writing statement meets fewer rows than it was sent, by the first of its columns, an id. */
export function guarded<Row>(
  name: string,
  columns: readonly Column<Row>[],
  toSql: (rows: string) => string,
): Statement<Row> {
  const requiring = (written: string, sent: string) => `
    with written as (${written} returning 1), met as (select count(*) as rows from written)
    select flovyn.require_rows(rows, ${sent}) from met where rows <> ${sent}`;
  return {
    name,
    sql: requiring(toSql(rowsOf(columns)), 'cardinality($1::uuid[])'),
    sqlOfOne: requiring(toSql(rowOf(columns)), '1'),
    columns,
  };
}
