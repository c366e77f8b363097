import { endOfString } from './json-members.js';
import { type Json, jsonNull } from './json.js';
import { limits } from './limits.js';
import { ServiceError } from './service-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const IDENTIFIER = /^[A-Za-z0-9_.:/@-]+$/;
// oxlint-disable-next-line no-control-regex -- keeping control characters out is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Whether a text is a UUID, of any version and in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * A UUID in its stored form, lower case.
 *
 * @param what - how the caller calls it, for the message: `workflow_execution_id`.
 * @throws {ServiceError} INVALID_ARGUMENT
 */
export function parseUuid(text: string, what: string): string {
  if (!isUuid(text)) throw new ServiceError('INVALID_ARGUMENT', `${what} must be a UUID, not ${shown(text)}.`);
  return text.toLowerCase();
}

/**
 * The kind of a workflow or task: 1 to 255 of the characters `A-Z a-z 0-9 _ . : / @ -`.
 *
 * @throws {ServiceError} INVALID_IDENTIFIER
 */
export function parseKind(text: string, what = 'kind'): string {
  return parseIdentifier(text, what, limits.kindLength);
}

/**
 * The name of a queue: 1 to 100 of the same characters.
 *
 * @throws {ServiceError} INVALID_IDENTIFIER
 */
export function parseQueue(text: string, what = 'queue'): string {
  return parseIdentifier(text, what, limits.queueLength);
}

/**
 * The name of a signal, promise, operation, child or state key: any text of 1 to 255 characters without control
 * characters.
 *
 * @throws {ServiceError} INVALID_IDENTIFIER
 */
export function parseName(text: string, what: string): string {
  if (text.length === 0 || text.length > limits.nameLength || CONTROL.test(text)) {
    throw new ServiceError(
      'INVALID_IDENTIFIER',
      `${what} must be 1 to ${limits.nameLength} characters without control characters, not ${shown(text)}.`,
      { limit: limits.nameLength, actual: text.length },
    );
  }
  return text;
}

/**
 * An idempotency key: 1 to 255 characters without control characters.
 *
 * @throws {ServiceError} INVALID_ARGUMENT
 */
export function parseIdempotencyKey(text: string, what = 'idempotencyKey'): string {
  const limit = limits.idempotencyKeyLength;
  if (text.length === 0 || text.length > limit || CONTROL.test(text)) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `${what} must be 1 to ${limit} characters without control characters, not ${shown(text)}.`,
      { limit, actual: text.length },
    );
  }
  return text;
}

/**
 * A whole number within its limits.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, with the limit that was passed.
 */
export function parseInteger(value: number, what: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ServiceError('INVALID_ARGUMENT', `${what} must be a whole number from ${least} to ${most}, not ${value}.`, {
    limit: value < least ? least : most,
    actual: value,
  });
}

/**
 * A number within its limits, whole or not.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, with the limit that was passed.
 */
export function parseNumber(value: number, what: string, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new ServiceError('INVALID_ARGUMENT', `${what} must be a number from ${least} to ${most}, not ${value}.`, {
    limit: value < least ? least : most,
    actual: value,
  });
}

/**
 * A text for people, such as an error or a reason: checked for size only.
 *
 * @throws {ServiceError} PAYLOAD_TOO_LARGE
 */
export function parseText(text: string, what: string): string {
  checkSize(text, what, limits.payloadBytes);
  return text;
}

/**
 * A user's value that arrived as text: checked for size, form, depth and number of values. The text stays as it is. No
 * text at all is JSON null.
 *
 * @param limit - the most bytes it may have, as UTF-8; what a payload may have unless something else is said.
 * @throws {ServiceError} PAYLOAD_TOO_LARGE, JSON_TOO_COMPLEX or MALFORMED_JSON
 */
export function parseJson(text: string, what: string, limit: number = limits.payloadBytes): Json {
  if (text === '') return jsonNull;
  checkSize(text, what, limit);
  // Before parsing, because what a parser builds from a bomb is larger than the bomb.
  checkComplexity(text, what);
  try {
    JSON.parse(text);
  } catch (error: unknown) {
    throw new ServiceError('MALFORMED_JSON', `${what} must be JSON.`, { cause: error });
  }
  return text as Json;
}

function parseIdentifier(text: string, what: string, limit: number): string {
  if (text.length > limit || !IDENTIFIER.test(text)) {
    throw new ServiceError(
      'INVALID_IDENTIFIER',
      `${what} must be 1 to ${limit} letters, digits or any of _ . : / @ -, not ${shown(text)}.`,
      { limit, actual: text.length },
    );
  }
  return text;
}

function checkSize(text: string, what: string, limit: number): void {
  // A character takes at most three bytes, so most text need not be measured.
  if (text.length * 3 <= limit) return;
  const actual = text.length > limit ? text.length : new TextEncoder().encode(text).byteLength;
  if (actual <= limit) return;
  throw new ServiceError('PAYLOAD_TOO_LARGE', `${what} has ${actual} bytes, more than the ${limit} it may have.`, {
    limit,
    actual,
  });
}

/**
 * Counts depth and values of JSON text in one pass, without recursion and without building anything. Text that is not
 * JSON gives numbers that mean nothing; the parser refuses it afterwards.
 */
function checkComplexity(text: string, what: string): void {
  // Each level needs two brackets, and each value a separator.
  if (text.length < 2 * limits.jsonDepth + 2) return;
  let depth = 0;
  let nodes = 1;
  let isFirst = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20) continue;
    const isClosing = code === 0x5d || code === 0x7d;
    if (isFirst && !isClosing) nodes++;
    isFirst = false;
    if (code === 0x22) i = endOfString(text, i) - 1;
    else if (code === 0x2c) nodes++;
    else if (isClosing) depth--;
    else if (code === 0x5b || code === 0x7b) {
      isFirst = true;
      if (++depth > limits.jsonDepth) throw tooComplex(what, 'levels deep', limits.jsonDepth, depth);
    }
    if (nodes > limits.jsonNodes) throw tooComplex(what, 'values large', limits.jsonNodes, nodes);
  }
}

function tooComplex(what: string, how: string, limit: number, actual: number): ServiceError {
  return new ServiceError('JSON_TOO_COMPLEX', `${what} is more than ${limit} ${how}.`, { limit, actual });
}

/** A text from outside as it may stand in a message: quoted, and never longer than a line. */
function shown(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
