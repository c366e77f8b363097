import { type Json, jsonNull } from './json.js';

/**
 * Prints a user's value as JSON that keeps what plain JSON loses: `Date`, `bigint` and `Uint8Array` (and so `Buffer`) at
 * any depth become objects with a `__type`, which {@link fromTaggedJson} turns back. Everything else is as in
 * `JSON.stringify`: `toJSON` is respected, an invalid date becomes `null`. A value JSON has no word for (`undefined`, a
 * function, a symbol) becomes `null`.
 *
 * @throws {TypeError} when the value contains itself; the message says where.
 */
export function toTaggedJson(value: unknown): Json {
  if (value === undefined) return jsonNull;
  try {
    return (JSON.stringify(value, replace) ?? jsonNull) as Json;
  } catch (error: unknown) {
    const path = findCycle(value);
    if (path === undefined) throw error;
    throw new TypeError(
      `A value cannot become JSON because it contains itself at ${path}. Leave that member out, or put an id in its place.`,
      { cause: error },
    );
  }
}

/**
 * Reads JSON and revives what {@link toTaggedJson} tagged. No text at all is `null`. An object that only looks like a tag
 * stays an object.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function fromTaggedJson(text: string): unknown {
  if (text === '') return null;
  // A reviver makes parsing several times slower, and most payloads have nothing to revive.
  return text.includes('"__type"') ? (JSON.parse(text, revive) as unknown) : (JSON.parse(text) as unknown);
}

/** `this` holds the member as it was before `toJSON` had its say, which `Date` and `Buffer` have. */
function replace(this: unknown, key: string, value: unknown): unknown {
  return tag((this as Record<string, unknown>)[key]) ?? tag(value) ?? value;
}

function tag(value: unknown): object | undefined {
  if (typeof value === 'bigint') return { __type: 'BigInt', value: value.toString() };
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : { __type: 'Date', value: value.toISOString() };
  }
  return value instanceof Uint8Array ? { __type: 'Uint8Array', value: Array.from(value) } : undefined;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('__type' in value) || !('value' in value)) return value;
  if (Object.keys(value).length !== 2) return value;
  const content = value.value;
  switch (value.__type) {
    case 'Date': {
      const date = typeof content === 'string' ? new Date(content) : undefined;
      return date === undefined || Number.isNaN(date.getTime()) ? value : date;
    }
    case 'BigInt':
      return typeof content === 'string' && /^-?\d+$/.test(content) ? BigInt(content) : value;
    case 'Uint8Array':
      return Array.isArray(content) && content.every(isByte) ? Uint8Array.from(content) : value;
    default:
      return value;
  }
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}

/** The path of the first member that is one of its own ancestors. Looked for only after printing has failed. */
function findCycle(value: unknown, path = 'value', ancestors: readonly unknown[] = []): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (ancestors.includes(value)) return `"${path}"`;
  for (const [key, member] of Object.entries(value)) {
    const found = findCycle(member, `${path}.${key}`, [...ancestors, value]);
    if (found !== undefined) return found;
  }
  return undefined;
}
