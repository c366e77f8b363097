import * as z from 'zod/mini';

import { type ErrorCode, errorCodeOfSlug, errorCodes } from '../error-code.js';
import { ServiceError } from '../service-error.js';
import { paths, pathTo } from './paths.js';

/** The body of every error: RFC 9457, and an `error` text for those who read that. */
export const Problem = z.looseObject({
  /** The page that explains the error; its last part names the error code. */
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  /** The path of the request. */
  instance: z.optional(z.string()),
  /** The same as `detail`. */
  error: z.string(),
  /** The limit that was passed, and what was sent instead. */
  limit: z.optional(z.number()),
  actual: z.optional(z.number()),
});
export type Problem = z.infer<typeof Problem>;

/** An error as the body of an answer; its status is `Problem.status`. */
export function toProblem(error: ServiceError, instance: string): Problem {
  const { http, slug } = errorCodes[error.code];
  return {
    type: pathTo(paths.errorPage, { slug }),
    title: titleOf(error.code),
    status: http,
    detail: error.message,
    instance,
    error: error.message,
    ...(error.limit === undefined ? undefined : { limit: error.limit }),
    ...(error.actual === undefined ? undefined : { actual: error.actual }),
  };
}

/**
 * What an answer with an error status means. A body that is not ours, such as a proxy's page, leaves the status to decide.
 *
 * @param body - the parsed body, or whatever there was.
 * @param retryAfter - the header of that name, in seconds.
 */
export function fromProblem(status: number, body: unknown, retryAfter?: string | null): ServiceError {
  const { success, data } = z.safeParse(Problem, body);
  const code = success ? errorCodeOfSlug(data.type.slice(data.type.lastIndexOf('/') + 1)) : undefined;
  const seconds = retryAfter ? Number(retryAfter) : Number.NaN;
  return new ServiceError(
    code ?? nearestCode(status),
    success ? data.detail : (textOf(body) ?? `The answer had status ${status}.`),
    {
      ...(success && data.limit !== undefined ? { limit: data.limit } : undefined),
      ...(success && data.actual !== undefined ? { actual: data.actual } : undefined),
      ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : undefined),
    },
  );
}

/** An error code in words, as its problems and its page are headed: `Malformed JSON`. */
export function titleOf(code: ErrorCode): string {
  const words = errorCodes[code].slug.replaceAll('-', ' ').replace('json', 'JSON');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function textOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  return typeof body.error === 'string' ? body.error : undefined;
}

const byStatus: ReadonlyMap<number, ErrorCode> = /* @__PURE__ */ new Map<number, ErrorCode>([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [408, 'DEADLINE_EXCEEDED'],
  [409, 'FAILED_PRECONDITION'],
  [413, 'PAYLOAD_TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [422, 'IDEMPOTENCY_KEY_REUSED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [501, 'UNIMPLEMENTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

function nearestCode(status: number): ErrorCode {
  return byStatus.get(status) ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT');
}
