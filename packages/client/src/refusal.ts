import { type ErrorCode, ServiceError, errorCodeOfSlug, errorCodes } from '@flovyn/protocol';
import { headers } from '@flovyn/protocol/http';

/**
 * The error an answer with an error status carries. Reads the body; never throws. The body is read without the schema of
 * problems, whose validator alone would make a stream reader half as large again.
 */
export async function errorFromResponse(response: Response, attempted: string, now: number): Promise<ServiceError> {
  const { type, detail, error, limit, actual } = await readObject(response);
  const code = typeof type === 'string' ? errorCodeOfSlug(type.slice(type.lastIndexOf('/') + 1)) : undefined;
  const sentence = typeof detail === 'string' ? detail : error;
  const waitMs = retryAfterMs(response, now);
  return new ServiceError(
    code ?? codeOfStatus(response.status),
    // Without a word of ours, something between us and the server answered: say what it was asked.
    typeof sentence === 'string' ? sentence : `${attempted}: the answer had status ${response.status}.`,
    {
      ...(typeof limit === 'number' ? { limit } : undefined),
      ...(typeof actual === 'number' ? { actual } : undefined),
      ...(waitMs === undefined ? undefined : { retryAfterSeconds: waitMs / 1_000 }),
    },
  );
}

/** The error for a request that got no answer. */
export function unreachable(attempted: string, cause: unknown): ServiceError {
  const hint = 'Is the server running and its address right?';
  return new ServiceError('UNAVAILABLE', `${attempted}: no answer. ${hint}`, { cause });
}

/** The error for a request that took too long. */
export function tooLate(attempted: string, limitMs: number): ServiceError {
  return new ServiceError('DEADLINE_EXCEEDED', `${attempted}: no answer within ${limitMs} ms.`);
}

/** The error for an answer that is not of this interface. */
export function misunderstood(attempted: string, what: string, cause?: unknown): ServiceError {
  return new ServiceError('INTERNAL', `${attempted}: the answer is ${what}.`, { cause });
}

/** Milliseconds of `Retry-After`, which holds seconds or a date; `undefined` when there is none to be read. */
export function retryAfterMs(response: Response, now: number): number | undefined {
  const text = response.headers.get(headers.retryAfter)?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

async function readObject(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    // A page of a proxy, or a body that broke off: the status says what can be said.
    return {};
  }
}

/** The code for an answer that names none: where several share a status, the one that claims least. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 408) return 'DEADLINE_EXCEEDED';
  if (status === 409) return 'FAILED_PRECONDITION';
  if (status === 502) return 'UNAVAILABLE';
  const codes = Object.keys(errorCodes) as ErrorCode[];
  return codes.find((code) => errorCodes[code].http === status) ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}
