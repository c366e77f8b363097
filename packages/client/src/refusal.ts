import { type ErrorCode, ServiceError, errorCodes, isErrorCode } from '@flovyn/protocol';

/**
 * The error a response carries: by the `code` of its problem document, else by its status. Reads the body; never throws.
 *
 * @param attempted - what was tried, such as `GET /api/orgs/dev/task-executions`; it opens the message.
 */
export async function errorFromResponse(response: Response, attempted: string, now: number): Promise<ServiceError> {
  const problem = await readProblem(response);
  const code = problem.code ?? codeOfStatus(response.status);
  const said = problem.detail ?? `The server answered ${response.status} without saying why.`;
  const retryAfterMs = retryAfter(response.headers, now);
  return new ServiceError(code, `${attempted}: ${said}`, {
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: retryAfterMs / 1_000 }),
  });
}

/** The error for a request that got no answer. */
export function unreachable(attempted: string, cause: unknown): ServiceError {
  return new ServiceError('UNAVAILABLE', `${attempted}: no answer. Is the server running and its address right?`, {
    cause,
  });
}

/** The error for a request that took too long. */
export function tooLate(attempted: string, limitMs: number): ServiceError {
  return new ServiceError('DEADLINE_EXCEEDED', `${attempted}: no answer within ${limitMs} ms.`);
}

/** Milliseconds of a `Retry-After` header, which holds seconds or a date; `undefined` when there is none to be read. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

interface Problem {
  readonly code?: ErrorCode;
  readonly detail?: string;
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null) return {};
    const { code, detail, error } = body as Record<string, unknown>;
    const sentence = typeof detail === 'string' ? detail : error;
    return {
      ...(typeof code === 'string' && isErrorCode(code) ? { code } : {}),
      ...(typeof sentence === 'string' ? { detail: sentence } : {}),
    };
  } catch {
    // A proxy in between answers with a page of its own; its status says enough.
    return {};
  }
}

/** The code that says least beyond what the status says, for answers that are not from a Flovyn server. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 502 || status === 408) return 'UNAVAILABLE';
  if (status === 409) return 'FAILED_PRECONDITION';
  const codes = Object.keys(errorCodes) as ErrorCode[];
  return codes.find((code) => errorCodes[code].http === status) ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}
