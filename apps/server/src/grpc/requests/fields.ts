import type { OrgId } from '@flovyn/engine';
import {
  type Json,
  ServiceError,
  limits,
  parseIdempotencyKey,
  parseInteger,
  parseQueue,
  parseUuid,
  toJson,
} from '@flovyn/protocol';

/**
 * A request that names an organisation must name the caller's own.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, PERMISSION_DENIED
 */
export function refuseOtherOrg(text: string, orgId: OrgId): void {
  if (text === '' || parseUuid(text, 'org_id') === orgId) return;
  throw new ServiceError('PERMISSION_DENIED', 'The API key belongs to another organisation than org_id.');
}

/** @throws {ServiceError} INVALID_IDENTIFIER */
export function queueOrDefault(text: string): string {
  return text === '' ? 'default' : parseQueue(text);
}

/**
 * A message's map of texts as JSON.
 *
 * @throws {ServiceError} INVALID_ARGUMENT when it has too many fields or bytes.
 */
export function metadataJson(fields: Readonly<Record<string, string>>): Json {
  parseInteger(Object.keys(fields).length, 'The number of metadata fields', 0, limits.metadataKeys);
  const json = toJson(fields);
  parseInteger(json.length, 'The size of the metadata', 0, limits.metadataBytes);
  return json;
}

export interface KeyFields {
  readonly idempotencyKey?: string | undefined;
  readonly idempotencyKeyTtlSeconds?: number | undefined;
}

/** Whether a request has an idempotency key: an empty one is none. */
export function hasKey({ idempotencyKey }: KeyFields): boolean {
  return idempotencyKey !== undefined && idempotencyKey !== '';
}

/**
 * The idempotency key of a request that may have one.
 *
 * @throws {ServiceError} INVALID_ARGUMENT
 */
export function keyOf({ idempotencyKey = '', idempotencyKeyTtlSeconds }: KeyFields): {
  readonly idempotency?: { readonly key: string; readonly ttlSeconds: number };
} {
  if (idempotencyKey === '') return {};
  const key = parseIdempotencyKey(idempotencyKey, 'idempotency_key');
  return { idempotency: { key, ttlSeconds: ttlSeconds(idempotencyKeyTtlSeconds) } };
}

/** @throws {ServiceError} INVALID_ARGUMENT */
export function ttlSeconds(seconds: number | undefined): number {
  return seconds === undefined
    ? limits.idempotencyKeyTtlSeconds
    : parseInteger(seconds, 'idempotency_key_ttl_seconds', 1, limits.idempotencyKeyTtlMaxSeconds);
}

/** Text columns cannot hold the character NUL; losing it is better than losing the failure it stands in. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}
