import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestOnce } from '@flovyn/engine';
import { ServiceError, limits, parseIdempotencyKey, parseUuid } from '@flovyn/protocol';
import { type Schema, headers, parseBody, parseQuery } from '@flovyn/protocol/http';
import { findJsonError } from './json-position.js';
import { readJsonText } from './read-body.js';

/** A request, with the parts of its path decoded. */
export interface Call {
  readonly request: IncomingMessage;
  /** A part of the path. */
  part(name: string): string;
  /** A part of the path that must be a UUID. Throws INVALID_ARGUMENT. */
  id<Id extends string>(name?: string): Id;
  /** The query, checked. Throws INVALID_ARGUMENT. */
  readQuery<Query extends Schema>(schema: Query): ReturnType<typeof parseQuery<Query>>;
  /** The body, read and checked. */
  readBody<Body extends Schema>(schema: Body): Promise<ReturnType<typeof parseBody<Body>>>;
  /** The identity its caller gave it with the header `Idempotency-Key`, once the body has been read. */
  once(): RequestOnce | undefined;
}

export function createCall(
  request: IncomingMessage,
  parameters: Readonly<Record<string, string | readonly string[] | undefined>>,
): Call {
  const part = (name: string): string => String(parameters[name]);
  let text = '';
  return {
    request,
    part,
    id: <Id extends string>(name = 'id') => parseUuid(part(name), name) as Id,
    readQuery: (schema) => parseQuery(schema, queryOf(request)),
    readBody: async (schema) => {
      text = await readJsonText(request);
      return parseBodyText(schema, text);
    },
    once: () => onceOf(request, text),
  };
}

/** How long a request is remembered by its key: a day. */
const REMEMBERED_SECONDS = limits.idempotencyKeyTtlSeconds;

function onceOf(request: IncomingMessage, text: string): RequestOnce | undefined {
  const header = request.headers[headers.idempotencyKey];
  if (header === undefined) return undefined;
  const key = parseIdempotencyKey(String(header), 'The header Idempotency-Key');
  const fingerprint = createHash('sha256').update(`${request.method} ${request.url}\n${text}`).digest('base64');
  return { key, fingerprint, ttlSeconds: REMEMBERED_SECONDS };
}

export function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function parseBodyText<Body extends Schema>(schema: Body, text: string): ReturnType<typeof parseBody<Body>> {
  try {
    return parseBody<Body>(schema, text);
  } catch (error: unknown) {
    const at = ServiceError.is(error) && error.code === 'MALFORMED_JSON' ? findJsonError(text) : undefined;
    if (at === undefined) throw error;
    const before = text.slice(0, at).split('\n');
    const where = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    const what = at >= text.length ? 'it ends too early' : 'this cannot stand there';
    throw new ServiceError('MALFORMED_JSON', `The body is not JSON: at position ${at} (${where}), ${what}.`, {
      cause: error,
    });
  }
}
