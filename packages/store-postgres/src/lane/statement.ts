import { type Column, writeArray, writeValue } from './columns.js';
import type { ByteWriter } from './byte-writer.js';

/** A prepared statement whose parameters are the columns of a set of rows, one array each. */
export interface Statement<Row = never> {
  readonly name: string;
  readonly sql: string;
  /**
   * The same for exactly one row, whose values are then the parameters themselves. A batch of one change is common and
   * waited for; for it, arrays cost more than the rows.
   */
  readonly sqlOfOne?: string;
  readonly columns: readonly Column<Row>[];
  /** Whether it answers with rows that somebody wants. */
  readonly reads?: boolean;
}

/** One call of one statement. */
export interface Call {
  readonly statement: Statement;
  readonly rows: readonly never[];
}

/** Checks that the rows fit the statement's columns, which a list of calls can no longer say. */
export function call<Row>(statement: Statement<Row>, rows: readonly Row[]): Call {
  return { statement, rows: rows as readonly never[] };
}

const message = { parse: 0x50, bind: 0x42, describe: 0x44, execute: 0x45, sync: 0x53 } as const;

/** Asks the server to parse and keep the statement, in each of its forms. */
export function writeParse(out: ByteWriter, { name, sql, sqlOfOne }: Statement): void {
  writeParseAs(out, name, sql);
  if (sqlOfOne !== undefined) writeParseAs(out, nameOfOne(name), sqlOfOne);
}

function nameOfOne(name: string): string {
  return `${name}_1`;
}

function writeParseAs(out: ByteWriter, name: string, sql: string): void {
  out.byte(message.parse);
  const at = out.leaveLength();
  out.cstring(name);
  out.cstring(sql);
  // The placeholders carry their types.
  out.int16(0);
  out.fillLength(at, true);
}

/** Asks the server to run the kept statement with these rows. */
export function writeCall<Row>(out: ByteWriter, statement: Statement<Row>, rows: readonly Row[]): void {
  out.byte(message.bind);
  const bind = out.leaveLength();
  out.cstring('');
  const [one] = statement.sqlOfOne !== undefined && rows.length === 1 ? rows : [];
  out.cstring(one === undefined ? statement.name : nameOfOne(statement.name));
  // One format for all parameters, binary; the default one for results, text.
  out.int16(1);
  out.int16(1);
  out.int16(statement.columns.length);
  for (const column of statement.columns) {
    if (one === undefined) writeArray(out, column, rows);
    else writeValue(out, column, one);
  }
  out.int16(0);
  out.fillLength(bind, true);
  if (statement.reads === true) {
    out.byte(message.describe);
    const describe = out.leaveLength();
    out.byte(0x50);
    out.cstring('');
    out.fillLength(describe, true);
  }
  out.byte(message.execute);
  const execute = out.leaveLength();
  out.cstring('');
  out.int32(0);
  out.fillLength(execute, true);
}

/** Ends the group: everything since the last end is one transaction, and now the server answers. */
export function writeSync(out: ByteWriter): void {
  out.byte(message.sync);
  out.int32(4);
}
