import { isUtf8 } from 'node:buffer';

import { type Json, jsonNull } from '../json.js';
import { ServiceError } from '../service-error.js';
import { parseJson } from '../validate.js';

/** JSON as the bytes of a message. */
export function toJsonBytes(json: Json): Uint8Array {
  return Buffer.from(json);
}

/** JSON out of a message from a peer that has checked it. No bytes are JSON null. */
export function fromJsonBytes(bytes: Uint8Array): Json {
  return bytes.length === 0 ? jsonNull : (textOf(bytes) as Json);
}

/**
 * JSON out of a message from outside: checked for encoding, size, form, depth and number of values.
 *
 * @throws {ServiceError} PAYLOAD_TOO_LARGE, JSON_TOO_COMPLEX or MALFORMED_JSON
 */
export function parseJsonBytes(bytes: Uint8Array, what: string): Json {
  if (!isUtf8(bytes)) throw new ServiceError('MALFORMED_JSON', `${what} must be UTF-8 text.`);
  return parseJson(textOf(bytes), what);
}

/** Fields of a message are views into the frame they came in. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
