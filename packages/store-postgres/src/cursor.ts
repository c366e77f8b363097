import { ServiceError } from '@flovyn/protocol';
import { isUuid } from './uuid.js';

/** Where a page ended: what its last row is ordered by. Opaque to readers. */
export type PageEnd = readonly (string | number)[];

/** What a value is that rows are ordered by. */
export type PageEndPart = keyof typeof isPart;

const isPart = {
  number: (value: unknown) => Number.isSafeInteger(value),
  uuid: isUuid,
  text: (value: unknown) => typeof value === 'string',
} as const;

export function toCursor(end: PageEnd): string {
  return Buffer.from(JSON.stringify(end)).toString('base64url');
}

/** @throws {ServiceError} INVALID_ARGUMENT for text that no page has ended with. */
export function parseCursor(cursor: string, parts: readonly PageEndPart[]): PageEnd {
  const values = parseJson(Buffer.from(cursor, 'base64url').toString());
  const fits =
    Array.isArray(values) &&
    values.length === parts.length &&
    parts.every((part, index) => isPart[part](values[index]));
  if (!fits) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'The cursor is not one that a page ended with. Start again from the first page.',
    );
  }
  return values as PageEnd;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
