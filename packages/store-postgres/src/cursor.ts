import { ServiceError } from '@flovyn/protocol';

/** Where a page ended: what its last row is ordered by. Opaque to readers. */
export type PageEnd = readonly (string | number)[];

export function toCursor(end: PageEnd): string {
  return Buffer.from(JSON.stringify(end)).toString('base64url');
}

/** @throws {ServiceError} INVALID_ARGUMENT for text that no page has ended with. */
export function parseCursor(cursor: string, parts: readonly ('number' | 'uuid')[]): PageEnd {
  const values = parseJson(Buffer.from(cursor, 'base64url').toString());
  const fits =
    Array.isArray(values) &&
    values.length === parts.length &&
    parts.every((part, index) => (part === 'number' ? Number.isSafeInteger(values[index]) : isUuid(values[index])));
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

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}
