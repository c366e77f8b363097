import { ServiceError } from '@flovyn/protocol';

import { askedDelayMs, backOffMs } from './back-off.js';
import type { Origin, Query } from './origin.js';
import { errorFromResponse, misunderstood, tooLate, unreachable } from './refusal.js';
import type { Surroundings } from './surroundings.js';

/** 30 s for a request with all its tries. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** A request is sent this many times at most: the pauses between are 8 s on average, which outlives a restart. */
export const MAX_TRIES = 6;

/** Anything that checks a value, as every schema of the protocol does. */
export interface Schema<Value> {
  safeParse(value: unknown): Checked<Value>;
}
type Checked<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly error: unknown };

export interface HttpRequest<Value> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/`. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** What the answer's JSON must be; absent when the answer has no content that matters. */
  readonly answer: Schema<Value>;
  /** Whether sending it twice does what sending it once does. Only then is it sent again after a failure. */
  readonly repeatable: boolean;
  /** Gives the request up, with all its tries. */
  readonly signal?: AbortSignal | undefined;
}

/** For answers without content. */
export const noContent: Schema<void> = { safeParse: () => ({ success: true, data: undefined }) };

export interface Http {
  /**
   * Sends a request and checks the answer.
   *
   * @throws {ServiceError} with the server's code; UNAVAILABLE when there was no answer; DEADLINE_EXCEEDED when it took
   * too long; INTERNAL when the answer is not what the contract says.
   * @throws the reason of `signal` when it is aborted.
   */
  request<Value>(request: HttpRequest<Value>): Promise<Value>;
}

export function createHttp(origin: Origin, timeoutMs: number): Http {
  const { surroundings } = origin;
  return {
    async request(request) {
      request.signal?.throwIfAborted();
      const attempted = `${request.method} ${request.path}`;
      const giveUp = new AbortController();
      const abandon = () => giveUp.abort(request.signal?.reason);
      request.signal?.addEventListener('abort', abandon, { once: true });
      const deadline = surroundings.now() + timeoutMs;
      const cancel = surroundings.after(timeoutMs, () => giveUp.abort(tooLate(attempted, timeoutMs)));
      try {
        for (let tries = 1; ; tries += 1) {
          try {
            return await trySending(origin, request, attempted, giveUp.signal);
          } catch (error) {
            // Whatever broke, this is why: the deadline, or the caller's own reason.
            giveUp.signal.throwIfAborted();
            const delayMs = request.repeatable ? delayBefore(tries, error, surroundings.chance()) : undefined;
            if (delayMs === undefined || surroundings.now() + delayMs >= deadline) throw error;
            await pause(delayMs, giveUp.signal, surroundings);
          }
        }
      } finally {
        cancel();
        request.signal?.removeEventListener('abort', abandon);
      }
    },
  };
}

async function trySending<Value>(
  { send, surroundings }: Origin,
  { method, path, query = {}, body, answer }: HttpRequest<Value>,
  attempted: string,
  signal: AbortSignal,
): Promise<Value> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await send(path, query, {
    method,
    headers,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(attempted, error);
  });
  if (!response.ok) throw await errorFromResponse(response, attempted, surroundings.now());
  const checked = answer.safeParse(await contentOf(response, attempted));
  if (checked.success) return checked.data;
  throw misunderstood(attempted, 'not what this version of the client expects', checked.error);
}

async function contentOf(response: Response, attempted: string): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(attempted, error);
  });
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw misunderstood(attempted, 'not JSON; is baseUrl the address of a Flovyn server?', error);
  }
}

/** How long to wait before trying again; `undefined` when it would not help. */
function delayBefore(tries: number, error: unknown, chance: number): number | undefined {
  if (tries >= MAX_TRIES || !ServiceError.is(error) || !error.retryable) return undefined;
  const { retryAfterSeconds } = error;
  return retryAfterSeconds === undefined ? backOffMs(tries, chance) : askedDelayMs(retryAfterSeconds * 1_000, chance);
}

/** Rejects with the signal's reason when it is aborted meanwhile. */
function pause(delayMs: number, signal: AbortSignal, { after }: Surroundings): Promise<void> {
  return new Promise((resolve, reject) => {
    const abandon = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = after(delayMs, () => {
      signal.removeEventListener('abort', abandon);
      resolve();
    });
    signal.addEventListener('abort', abandon, { once: true });
  });
}
