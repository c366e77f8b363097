import type { IncomingMessage } from 'node:http';
import { ServiceError, parseUuid } from '@flovyn/protocol';
import { type Schema, parseBody, parseQuery } from '@flovyn/protocol/http';
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
}

export function createCall(
  request: IncomingMessage,
  parameters: Readonly<Record<string, string | readonly string[] | undefined>>,
): Call {
  const part = (name: string): string => String(parameters[name]);
  return {
    request,
    part,
    id: <Id extends string>(name = 'id') => parseUuid(part(name), name) as Id,
    readQuery: (schema) => parseQuery(schema, queryOf(request)),
    readBody: async (schema) => parseBodyText(schema, await readJsonText(request)),
  };
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
