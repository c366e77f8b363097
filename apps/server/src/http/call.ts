import type { IncomingMessage } from 'node:http';
import type { OrgId, Organisation } from '@flovyn/engine';
import { type Json, ServiceError, parseUuid, toJson } from '@flovyn/protocol';
import { type ParsedBody, parseBody, parseQuery } from '@flovyn/protocol/http';
import type { Action } from '../auth/access.js';
import type { Principal } from '../auth/principal.js';
import { findJsonError } from './json-position.js';
import { readJsonText } from './read-body.js';

/** What a handler is asked: by whom is known, whether they may is decided, parameters are decoded. */
export interface Call {
  readonly principal: Principal;
  readonly org: Organisation;
  readonly orgId: OrgId;
  /** A part of the path that must be a UUID. Throws INVALID_ARGUMENT. */
  id<Id extends string>(name?: string): Id;
  /** The query, checked. Throws INVALID_ARGUMENT. */
  query<Schema extends Parameters<typeof parseQuery>[0]>(schema: Schema): ReturnType<typeof parseQuery<Schema>>;
  /** The body, read and checked. */
  body<Schema extends Parameters<typeof parseBody>[0]>(schema: Schema): Promise<ReturnType<typeof parseBody<Schema>>>;
}

export interface Answer {
  readonly status: number;
  /** Absent for an answer without a body. */
  readonly json?: Json;
}

/** One method of one address. Without an action it does not compile: what is not allowed to somebody is denied to all. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly action: Action;
  readonly handle: (call: Call) => Promise<Answer>;
}

export function ok(json: Json): Answer {
  return { status: 200, json };
}

export function okValue(value: unknown): Answer {
  return ok(toJson(value));
}

export function createCall(
  request: IncomingMessage,
  parameters: Readonly<Record<string, string | readonly string[]>>,
  principal: Principal,
  org: Organisation,
): Call {
  return {
    principal,
    org,
    orgId: org.id,
    id: <Id extends string>(name = 'id') => parseUuid(String(parameters[name]), name) as Id,
    query: (schema) => parseQuery(schema, queryOf(request)),
    body: async (schema) => parseBodyText(schema, await readJsonText(request)),
  };
}

export function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function parseBodyText<Schema extends Parameters<typeof parseBody>[0]>(
  schema: Schema,
  text: string,
): ReturnType<typeof parseBody<Schema>> {
  try {
    return parseBody<Schema>(schema, text);
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

export type { ParsedBody };
