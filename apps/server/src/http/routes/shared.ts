import type { Clock, Engine, Ids, Store } from '@flovyn/engine';
import { type Json, ServiceError, parseIdempotencyKey, toJson } from '@flovyn/protocol';
import { type Schema, parseTtl } from '@flovyn/protocol/http';
import type { InputCheck } from '../input-check.js';
import type { Answers } from '../route.js';

/** What the routes of organisations stand on. */
export interface RouteParts {
  readonly engine: Engine;
  readonly store: Pick<Store, 'queries' | 'streams' | 'workers' | 'orgs'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly inputs: InputCheck;
}

/** What an execution is given when nothing was sent. */
export const NO_INPUT = '{}' as Json;

/** The user's own fields as JSON text. Keys stay what they are, also ones that mean something to JavaScript. */
export function metadataText(metadata: Readonly<Record<string, unknown>> | undefined): Json {
  return toJson(metadata ?? {});
}

/** @throws {ServiceError} INVALID_ARGUMENT when a query was given. */
export function refuseQueryLanguage(query: string | undefined): void {
  if (query === undefined) return;
  throw new ServiceError('INVALID_ARGUMENT', 'This version has no query language: filter by status, kind and queue.');
}

/** Existing callers expect 400, not 409, where something is in another state than they take for granted. */
export function inTheWrongState(error: unknown): never {
  if (ServiceError.is(error) && error.code === 'FAILED_PRECONDITION') {
    throw new ServiceError('INVALID_ARGUMENT', error.message, { cause: error });
  }
  throw error;
}

/** The key of a start, as the engine takes it. */
export function idempotencyOf({
  idempotencyKey,
  idempotencyKeyTTL,
}: {
  readonly idempotencyKey?: string | undefined;
  readonly idempotencyKeyTTL: string;
}): { readonly idempotency?: { readonly key: string; readonly ttlSeconds: number } } {
  if (idempotencyKey === undefined) return {};
  return { idempotency: { key: parseIdempotencyKey(idempotencyKey), ttlSeconds: parseTtl(idempotencyKeyTTL) } };
}

/** What a 200 has in it. */
export function found(what: string, schema: Schema): Answers {
  return { 200: { what, schema } };
}

type Defined<Value> = { [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key] } & {
  [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined>;
};

/** The members that are there. A port's optional member is absent or has a value, never `undefined`. */
export function withoutUndefined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<Value>;
}
