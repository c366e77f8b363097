declare const jsonText: unique symbol;

/**
 * JSON text that has been checked at a door. User values travel as text through the whole house: nobody inside parses or
 * prints them again, so numbers, key order and spacing stay as their author wrote them.
 */
export type Json = string & { readonly [jsonText]: true };

/** The JSON text `null`. */
export const jsonNull = 'null' as Json;

/** Prints a value that the house itself made. `undefined` becomes `null`. */
export function toJson(value: unknown): Json {
  return (JSON.stringify(value) ?? 'null') as Json;
}

/** Reads text that is known to be JSON. */
export function fromJson(text: Json): unknown {
  return JSON.parse(text) as unknown;
}
