import * as z from 'zod/mini';

import type { ErrorCode } from '../error-code.js';
import { jsonMembers } from '../json-members.js';
import type { Json } from '../json.js';
import { limits } from '../limits.js';
import { ServiceError } from '../service-error.js';
import { parseJson } from '../validate.js';
import { parameters } from './paths.js';

/** What says how a body, a query or an answer looks. */
export type Schema = z.ZodMiniType;

/** A request body that was read and checked. */
export interface ParsedBody<Body> {
  readonly body: Body;
  /**
   * A member as it stands in the body's text, so that a user's numbers and key order survive; `undefined` when it is not
   * there.
   *
   * @throws {ServiceError} PAYLOAD_TOO_LARGE
   */
  readonly payload: (name: string) => Json | undefined;
}

/**
 * Reads a request body. No body at all is an empty object.
 *
 * @throws {ServiceError} MALFORMED_JSON, JSON_TOO_COMPLEX, or INVALID_ARGUMENT and INVALID_IDENTIFIER that name the
 *   member.
 */
export function parseBody<Body extends Schema>(schema: Body, text: string): ParsedBody<z.output<Body>> {
  const json = parseJson(text.trim() === '' ? '{}' : text, 'The body', limits.httpBodyBytes);
  const body = parseWith(schema, JSON.parse(json), 'The body');
  let members: Map<string, Json> | undefined;
  return {
    body,
    payload(name) {
      members ??= jsonMembers(json);
      const payload = members?.get(name);
      return payload === undefined ? undefined : parseJson(payload, name);
    },
  };
}

/**
 * Reads the query of a request. Members called `metadata.<field>` are gathered into one record.
 *
 * @throws {ServiceError} INVALID_ARGUMENT that names the parameter, also for one that is given twice.
 */
export function parseQuery<Query extends Schema>(schema: Query, query: URLSearchParams): z.output<Query> {
  const values: Record<string, unknown> = {};
  const metadata: Record<string, string> = {};
  for (const [name, value] of query) {
    const isField = name.startsWith(parameters.metadataPrefix);
    const target: Record<string, unknown> = isField ? metadata : values;
    const key = isField ? name.slice(parameters.metadataPrefix.length) : name;
    if (Object.hasOwn(target, key)) throw new ServiceError('INVALID_ARGUMENT', `${name} is given twice.`);
    target[key] = value;
  }
  if (Object.keys(metadata).length > 0) values['metadata'] = metadata;
  return parseWith(schema, values, 'The query');
}

/** Says in the words of {@link ServiceError} what a schema found. */
export function parseWith<Shape extends Schema>(schema: Shape, value: unknown, what: string): z.output<Shape> {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  // The first one is enough to go on with, and a message stays a sentence.
  const [issue] = result.error.issues;
  if (issue === undefined) throw new ServiceError('INVALID_ARGUMENT', `${what} is not valid.`);
  const where = issue.path.length === 0 ? what : issue.path.map(String).join('.');
  throw new ServiceError(codeOf(issue), sentence(issue, where, what));
}

type Issue = z.core.$ZodIssue;

function codeOf(issue: Issue): ErrorCode {
  return issue.code === 'custom' && issue.params?.['code'] === 'INVALID_IDENTIFIER'
    ? 'INVALID_IDENTIFIER'
    : 'INVALID_ARGUMENT';
}

function sentence(issue: Issue, where: string, what: string): string {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const keys = issue.keys.map((key) => `"${key.slice(0, 64)}"`).join(', ');
      return `${issue.path.length === 0 ? what : where} must not have ${keys}.`;
    }
    case 'invalid_type':
      return issue.input === undefined ? `${where} is missing.` : `${where} must be of type ${issue.expected}.`;
    case 'invalid_value':
      return `${where} must be one of ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `${where} must ${bound('at least', issue.minimum, issue.origin)}.`;
    case 'too_big':
      return `${where} must ${bound('at most', issue.maximum, issue.origin)}.`;
    case 'custom':
      return `${where} ${issue.message}`;
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_union':
    case 'not_multiple_of':
      return `${where} is not valid.`;
  }
}

function bound(side: 'at least' | 'at most', limit: number | bigint, origin: string): string {
  if (origin === 'array') return `have ${side} ${limit} items`;
  if (origin !== 'string') return `be ${side} ${limit}`;
  return `have ${side} ${limit} ${Number(limit) === 1 ? 'character' : 'characters'}`;
}
