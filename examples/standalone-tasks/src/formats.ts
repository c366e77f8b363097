import type { Row } from './dataset.js';

/** How a file of one format is put together. */
interface Layout {
  readonly begin: string;
  row(row: Row, isFirst: boolean): string;
  readonly end: string;
}

const COLUMNS = ['id', 'customer', 'email', 'amount_cents', 'created_at'] as const satisfies (keyof Row)[];

/** Every format an export can have. */
export const formats = {
  csv: {
    begin: `${COLUMNS.join(',')}\r\n`,
    row: (row) => `${COLUMNS.map((column) => csvField(row[column])).join(',')}\r\n`,
    end: '',
  },
  json: {
    begin: '[',
    row: (row, isFirst) => `${isFirst ? '' : ','}\n  ${JSON.stringify(row)}`,
    end: '\n]\n',
  },
  ndjson: {
    begin: '',
    row: (row) => `${JSON.stringify(row)}\n`,
    end: '',
  },
} as const satisfies Record<string, Layout>;

export type Format = keyof typeof formats;

/** RFC 4180: a field with a comma, quote or line break is quoted, and its quotes are doubled. */
function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
