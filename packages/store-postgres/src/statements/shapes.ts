import { type Column, int8 } from '../lane/columns.js';
import { type Statement, placeholders } from '../lane/statement.js';

function names(columns: readonly Column<never>[]): string {
  return columns.map((column) => column.name).join(', ');
}

/** One row per element, in the order of the arrays: `unnest($1::uuid[], ...) as n(id, ...)`. */
export function rowsOf(columns: readonly Column<never>[]): string {
  return `unnest(${placeholders(columns)}) as n(${names(columns)})`;
}

/** Inserts rows; a row whose key is taken fails the group. `suffix` says otherwise where a statement wants it. */
export function insert<Row>(name: string, table: string, columns: readonly Column<Row>[], suffix = ''): Statement<Row> {
  const sql = `insert into flovyn.${table} (${names(columns)}) select * from ${rowsOf(columns)} ${suffix}`;
  return { name, sql, columns };
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
  const sql = `
    with written as (
      update flovyn.${table} as t set ${moving.map((column) => `${column.name} = n.${column.name}`).join(', ')}
      from ${rowsOf(columns)}
      where t.id = n.id ${expected === undefined ? '' : 'and t.version = n.expected_version'}
      returning 1
    )
    select flovyn.require_rows((select count(*) from written), cardinality($1::uuid[]))`;
  return { name, sql, columns };
}
