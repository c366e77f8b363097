import { ServiceError } from '@flovyn/protocol';
import { fromProblem, headers } from '@flovyn/protocol/http';

/** The error an answer with an error status carries. Reads the body; never throws. */
export async function errorFromResponse(response: Response, attempted: string, now: number): Promise<ServiceError> {
  const waitMs = retryAfterMs(response, now);
  const body = await readJson(response);
  const error = fromProblem(response.status, body, waitMs === undefined ? undefined : String(waitMs / 1_000));
  if (body !== undefined) return error;
  // Not a word of ours, so something between us and the server answered: say what it was asked.
  const { retryAfterSeconds } = error;
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new ServiceError(error.code, `${attempted}: ${error.message}`, options);
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

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // A page of a proxy, or a body that broke off: the status says what can be said.
    return undefined;
  }
}
