/**
 * Every error that crosses a wire on purpose. `retry` says whether the same request may succeed later without anybody
 * changing it; `http` and `grpc` are the status on each wire.
 */
export const errorCodes = {
  INVALID_ARGUMENT: { http: 400, grpc: 'INVALID_ARGUMENT', retry: false, slug: 'invalid-argument' },
  INVALID_IDENTIFIER: { http: 400, grpc: 'INVALID_ARGUMENT', retry: false, slug: 'invalid-identifier' },
  MALFORMED_JSON: { http: 400, grpc: 'INVALID_ARGUMENT', retry: false, slug: 'malformed-json' },
  JSON_TOO_COMPLEX: { http: 400, grpc: 'INVALID_ARGUMENT', retry: false, slug: 'json-too-complex' },
  UNAUTHENTICATED: { http: 401, grpc: 'UNAUTHENTICATED', retry: false, slug: 'unauthenticated' },
  PERMISSION_DENIED: { http: 403, grpc: 'PERMISSION_DENIED', retry: false, slug: 'permission-denied' },
  NOT_FOUND: { http: 404, grpc: 'NOT_FOUND', retry: false, slug: 'not-found' },
  METHOD_NOT_ALLOWED: { http: 405, grpc: 'UNIMPLEMENTED', retry: false, slug: 'method-not-allowed' },
  ALREADY_EXISTS: { http: 409, grpc: 'ALREADY_EXISTS', retry: false, slug: 'already-exists' },
  FAILED_PRECONDITION: { http: 409, grpc: 'FAILED_PRECONDITION', retry: false, slug: 'failed-precondition' },
  LEASE_LOST: { http: 409, grpc: 'FAILED_PRECONDITION', retry: false, slug: 'lease-lost' },
  SPECULATION_MISSED: { http: 409, grpc: 'FAILED_PRECONDITION', retry: false, slug: 'speculation-missed' },
  PAYLOAD_TOO_LARGE: { http: 413, grpc: 'INVALID_ARGUMENT', retry: false, slug: 'payload-too-large' },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, grpc: 'INVALID_ARGUMENT', retry: false, slug: 'unsupported-media-type' },
  IDEMPOTENCY_KEY_REUSED: { http: 422, grpc: 'FAILED_PRECONDITION', retry: false, slug: 'idempotency-key-reused' },
  RESOURCE_EXHAUSTED: { http: 429, grpc: 'RESOURCE_EXHAUSTED', retry: true, slug: 'resource-exhausted' },
  ABORTED: { http: 409, grpc: 'ABORTED', retry: true, slug: 'aborted' },
  INTERNAL: { http: 500, grpc: 'INTERNAL', retry: false, slug: 'internal' },
  UNIMPLEMENTED: { http: 501, grpc: 'UNIMPLEMENTED', retry: false, slug: 'unimplemented' },
  UNAVAILABLE: { http: 503, grpc: 'UNAVAILABLE', retry: true, slug: 'unavailable' },
  DEADLINE_EXCEEDED: { http: 504, grpc: 'DEADLINE_EXCEEDED', retry: true, slug: 'deadline-exceeded' },
} as const satisfies Record<string, { http: number; grpc: string; retry: boolean; slug: string }>;

/** What goes wrong on a wire, for programs. Each has a page in `docs/errors`. */
export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}

/** The code an error's page and its machine-readable reason are named for: `NOT_FOUND` for `not-found`. */
export function errorCodeOfSlug(slug: string): ErrorCode | undefined {
  return Object.keys(errorCodes).find((code): code is ErrorCode => isErrorCode(code) && errorCodes[code].slug === slug);
}
