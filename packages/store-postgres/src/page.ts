import type { Page } from '@flovyn/engine';
import { type PageEndPart, parseCursor, toCursor } from './cursor.js';
import type { Database } from './database.js';
import { type TextRow, number, text } from './text-row.js';

/** A condition of a list, with the value of its one parameter: `['status =', 'RUNNING']`. */
export type Condition = readonly [left: string, value: unknown];

export interface PageQuery<Row> {
  readonly what: string;
  readonly select: string;
  readonly from: string;
  readonly where: readonly (Condition | undefined)[];
  /** What rows are ordered by, the last of them unique. */
  readonly order: readonly { readonly column: string; readonly name: string; readonly type: PageEndPart }[];
  readonly direction: 'asc' | 'desc';
  readonly page: { readonly limit: number; readonly offset: number; readonly cursor?: string };
  readonly toRow: (row: TextRow) => Row;
}

/**
 * One page of a list with the number of all its rows, both from one moment. A cursor goes on after the last row by what it
 * was ordered by, so rows that are added or removed meanwhile make it neither skip nor repeat another.
 */
export async function readPage<Row>(database: Database, query: PageQuery<Row>): Promise<Page<Row>> {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = query.where.filter((one) => one !== undefined).map(([left, value]) => `${left} ${bind(value)}`);
  const filter = conditions.join(' and ');
  const { direction, order, page } = query;
  const after = page.cursor === undefined ? undefined : afterCursor(page.cursor, query, bind);
  const limit = bind(page.limit + 1);
  const offset = bind(after === undefined ? page.offset : 0);
  const rows = await database.query(
    `Listing ${query.what}`,
    `with page as (
       select ${query.select} from ${query.from} where ${filter} ${after === undefined ? '' : `and ${after}`}
       order by ${order.map(({ column }) => `${column} ${direction}`).join(', ')} limit ${limit} offset ${offset}
     )
     select (select count(*) from ${query.from} where ${filter}) as list_total, page.*
     from (values (1)) as always left join page on true
     order by ${order.map(({ name }) => `page.${name} ${direction}`).join(', ')}`,
    parameters,
  );
  const total = rows[0] === undefined ? 0 : number(rows[0], 'list_total');
  const found = rows.filter((row) => row[order[0]?.name ?? ''] !== null);
  const kept = found.slice(0, page.limit);
  const last = kept.at(-1);
  const more = found.length > kept.length && last !== undefined;
  return {
    rows: kept.map(query.toRow),
    total,
    nextCursor: more
      ? toCursor(order.map(({ name, type }) => (type === 'number' ? number(last, name) : text(last, name))))
      : undefined,
  };
}

const sqlTypes: Readonly<Record<PageEndPart, string>> = { number: 'bigint', uuid: 'uuid', text: 'text' };

function afterCursor<Row>(
  cursor: string,
  { order, direction }: PageQuery<Row>,
  bind: (value: unknown) => string,
): string {
  const end = parseCursor(
    cursor,
    order.map(({ type }) => type),
  );
  const columns = order.map(({ column }) => column).join(', ');
  const values = order.map(({ type }, index) => `${bind(end[index])}::${sqlTypes[type]}`).join(', ');
  return `(${columns}) ${direction === 'desc' ? '<' : '>'} (${values})`;
}
