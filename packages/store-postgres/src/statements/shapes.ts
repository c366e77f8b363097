import { type Column, int8 } from '../lane/columns.js';
import type { Statement } from '../lane/statement.js';

/**
 * One row per element, in the order of the arrays. Side by side in the target list they are taken apart as the rows are
 * asked for; `unnest` of all of them in `from` would first write them all to a store of its own, which cost a third more.
 */
export function rowsOf(columns: readonly Column<never>[]): string {
  return `select ${columns.map(({ name, type }, index) => `unnest($${index + 1}::${type}[]) as ${name}`).join(', ')}`;
}

/** Inserts rows; a row whose key is taken fails the group. `suffix` says otherwise where a statement wants it. */
export function insert<Row>(name: string, table: string, columns: readonly Column<Row>[], suffix = ''): Statement<Row> {
  const names = columns.map((column) => column.name).join(', ');
  return { name, sql: `insert into flovyn.${table} (${names}) ${rowsOf(columns)} ${suffix}`, columns };
}

/**
 * Updates rows by id and fails the group when one of them is not there any more, or not at the version it was decided on.
 * `expected`, where given, is that version.
 */
export function guardedUpdate<Row>(
  name: string,
  table: string,
  id: Column<Row>,
  moving: readonly Column<Row>[],
  expected?: (row: Row) => number | undefined,
): Statement<Row> {
  const guard = expected === undefined ? [] : [int8<Row>('expected_version', expected)];
  const columns = [id, ...guard, ...moving];
  const written = `
    update flovyn.${table} as t set ${moving.map((column) => `${column.name} = n.${column.name}`).join(', ')}
    from (${rowsOf(columns)}) as n
    where t.id = n.id ${expected === undefined ? '' : 'and t.version = n.expected_version'}`;
  return { name, sql: requireAll(written), columns };
}

/** Fails the group when a writing statement meets fewer rows than it was sent, by the first of its columns. */
export function requireAll(writing: string): string {
  return `
    with written as (${writing} returning 1)
    select flovyn.require_rows((select count(*) from written), cardinality($1::uuid[]))`;
}
