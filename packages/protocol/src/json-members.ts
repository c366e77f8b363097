import type { Json } from './json.js';

/**
 * Cuts a JSON object into its members without reading them: each value is the very text that stands in the object. So a
 * payload can be taken out of a document, and put into another, without its numbers, key order or spacing changing.
 *
 * @param text - valid JSON; checked text, not text from outside.
 * @returns the members by name, a repeated name with its last value; `undefined` when the text is not an object.
 */
export function jsonMembers(text: Json): Map<string, Json> | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACE) return undefined;
  const members = new Map<string, Json>();
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    // Behind the name stands a colon.
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOfValue(text, start);
    members.set(name, text.slice(start, end) as Json);
    // Behind the value stands a comma, or the end of the object.
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
  return members;
}

/**
 * Prints a JSON object from values the house made and payloads that are JSON text already. Members that are `undefined`
 * are left out; a name must not stand in both.
 */
export function joinJson(
  values: Readonly<Record<string, unknown>>,
  payloads: Readonly<Record<string, Json | undefined>>,
): Json {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`);
  }
  for (const [name, payload] of Object.entries(payloads)) {
    if (payload !== undefined) parts.push(`${JSON.stringify(name)}:${payload}`);
  }
  return `{${parts.join(',')}}` as Json;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** The first place from `at` on that is not white space. */
function skipSpace(text: string, at: number): number {
  let code = text.charCodeAt(at);
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at);
  return at;
}

/**
 * The place behind the string that begins at `at`. Searching for the next quote is native and fast; whether it is
 * escaped is told by the backslashes before it.
 */
export function endOfString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

/** The place behind the value that begins at `at`. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i) - 1;
        if (depth === 0) return i + 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        // At depth 0 this bracket closes the object the value stands in.
        if (depth === 0) return i;
        if (--depth === 0) return i + 1;
        break;
      case COMMA:
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        if (depth === 0) return i;
        break;
      default:
    }
  }
  return text.length;
}
