import { type Json, fromTaggedJson, toTaggedJson } from '@flovyn/protocol';
import type { Serializer } from './types.js';

/**
 * Turns values into JSON text and back. `Date`, `bigint` and `Uint8Array` (so `Buffer` too) survive at any depth as
 * tagged objects; everything else follows the rules of JSON.
 *
 * @example
 *   import { JsonSerializer } from '@flovyn/sdk';
 *
 *   const { at } = new JsonSerializer().deserialize<{ at: Date }>(new JsonSerializer().serialize({ at: new Date(0) }));
 *   at.getFullYear(); // 1970
 */
export class JsonSerializer implements Serializer {
  serialize<T>(value: T): string {
    return serialize(value);
  }

  deserialize<T>(text: string): T {
    return deserialize<T>(text);
  }
}

/** The serializer used when none is chosen. */
export const defaultSerializer: Serializer = new JsonSerializer();

/**
 * The value as JSON text. What JSON has no word for, such as `undefined`, becomes `null`.
 *
 * @throws {TypeError} when the value contains itself; the message says where.
 * @example
 *   import { deserialize, serialize } from '@flovyn/sdk';
 *
 *   const copy = deserialize<Date>(serialize(new Date())); // a Date again
 */
export function serialize(value: unknown): Json {
  return toTaggedJson(value);
}

/**
 * The value that `serialize` wrote. Empty text gives `null`.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function deserialize<T = unknown>(text: string): T {
  return fromTaggedJson(text) as T;
}
