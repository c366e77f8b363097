import type { ByteWriter } from './byte-writer.js';

/** One column of a set of rows: which member of a row it is, and how it travels as one binary array. */
export interface Column<Row> {
  readonly name: string;
  /** The element's SQL type. */
  readonly type: ElementType;
  readonly value: (row: Row) => unknown;
}

type Maybe<Value> = Value | null | undefined;

export type ElementType = keyof typeof elements;

/** How one element of each type is written, and the type's object id, which every binary array names. */
const elements = {
  bool: { oid: 16, write: (out: ByteWriter, value: boolean) => out.byte(value ? 1 : 0) },
  bytea: { oid: 17, write: (out: ByteWriter, value: string) => out.text(value) },
  int8: { oid: 20, write: (out: ByteWriter, value: number) => out.int64(value) },
  int2: { oid: 21, write: (out: ByteWriter, value: number) => out.int16(value) },
  int4: { oid: 23, write: (out: ByteWriter, value: number) => out.int32(value) },
  text: { oid: 25, write: (out: ByteWriter, value: string) => out.text(value) },
  float8: { oid: 701, write: (out: ByteWriter, value: number) => out.float64(value) },
  uuid: { oid: 2950, write: (out: ByteWriter, value: string) => out.uuid(value) },
} as const;

export const bool = <Row>(name: string, value: (row: Row) => boolean): Column<Row> => ({ name, type: 'bool', value });
/** Text that is stored as its UTF-8 bytes. */
export const bytes = <Row>(name: string, value: (row: Row) => Maybe<string>): Column<Row> => ({
  name,
  type: 'bytea',
  value,
});
export const int8 = <Row>(name: string, value: (row: Row) => Maybe<number>): Column<Row> => ({
  name,
  type: 'int8',
  value,
});
export const int2 = <Row>(name: string, value: (row: Row) => number): Column<Row> => ({ name, type: 'int2', value });
export const int4 = <Row>(name: string, value: (row: Row) => Maybe<number>): Column<Row> => ({
  name,
  type: 'int4',
  value,
});
export const text = <Row>(name: string, value: (row: Row) => Maybe<string>): Column<Row> => ({
  name,
  type: 'text',
  value,
});
export const float8 = <Row>(name: string, value: (row: Row) => Maybe<number>): Column<Row> => ({
  name,
  type: 'float8',
  value,
});
export const uuid = <Row>(name: string, value: (row: Row) => Maybe<string>): Column<Row> => ({
  name,
  type: 'uuid',
  value,
});

/**
 * Writes one column of all rows as a parameter: its length, then a one-dimensional array in PostgreSQL's binary form. A
 * column without any value is a null: taken apart beside the others it gives a null for each row, and costs nothing.
 */
export function writeArray<Row>(out: ByteWriter, column: Column<Row>, rows: readonly Row[]): void {
  const element = elements[column.type];
  const start = out.leaveLength();
  out.int32(rows.length === 0 ? 0 : 1);
  // "May hold nulls": PostgreSQL looks for itself whether it does.
  out.int32(1);
  out.int32(element.oid);
  if (rows.length > 0) {
    out.int32(rows.length);
    out.int32(1);
  }
  let isNull = rows.length > 0;
  for (const row of rows) if (writeValue(out, column, row)) isNull = false;
  if (isNull) out.nullFrom(start);
  else out.fillLength(start, false);
}

/** Writes one row's value as a parameter or an element: its length, then its bytes. False for a null, which has neither. */
export function writeValue<Row>(out: ByteWriter, column: Column<Row>, row: Row): boolean {
  const value = column.value(row);
  if (value === null || value === undefined) {
    out.int32(-1);
    return false;
  }
  const write = elements[column.type].write as (out: ByteWriter, value: unknown) => void;
  const at = out.leaveLength();
  write(out, value);
  out.fillLength(at, false);
  return true;
}
