import type { Json } from '@flovyn/protocol';

/** A row as it is answered: column name to text. Nothing is parsed that nobody looks at. */
export type TextRow = Readonly<Record<string, string | null>>;

export function maybeText(row: TextRow, column: string): string | undefined {
  return row[column] ?? undefined;
}

export function text(row: TextRow, column: string): string {
  const value = row[column];
  if (value === null || value === undefined) throw new Error(`The stored row has no ${column}`);
  return value;
}

export function maybeNumber(row: TextRow, column: string): number | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : Number(value);
}

export function number(row: TextRow, column: string): number {
  return Number(text(row, column));
}

export function json(row: TextRow, column: string): Json {
  return text(row, column) as Json;
}

export function maybeJson(row: TextRow, column: string): Json | undefined {
  return maybeText(row, column) as Json | undefined;
}

/** The text that is stored as a JSON string. */
export function quoted(row: TextRow, column: string): string {
  return JSON.parse(text(row, column)) as string;
}

export function maybeQuoted(row: TextRow, column: string): string | undefined {
  return row[column] === null || row[column] === undefined ? undefined : quoted(row, column);
}

/** The members that have a value; an absent member and one that is `undefined` are not the same to everybody. */
export function present<Members extends object>(
  members: Members,
): { [Key in keyof Members]?: Exclude<Members[Key], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Members]?: Exclude<Members[Key], undefined> };
}
