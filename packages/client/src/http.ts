import { ServiceError } from '@flovyn/protocol';

import { askedDelayMs, backOffMs } from './back-off.js';
import { errorFromResponse, tooLate, unreachable } from './refusal.js';
import type { Surroundings } from './surroundings.js';

/** 30 s for a request with all its tries. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** A request is sent this many times at most. */
export const MAX_TRIES = 4;

export interface HttpOptions {
  /** Address of the server, such as `http://127.0.0.1:8000`; a path before `/api` is kept. */
  readonly baseUrl: string;
  /** Sent as a bearer token. Without one the requests carry whatever the platform adds, such as a session cookie. */
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly surroundings: Surroundings;
}

/** Anything that checks a value, as every schema of the protocol does. */
export interface Schema<Value> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: Value } | { readonly success: false; readonly error: unknown };
}

export interface HttpRequest<Value> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly body?: unknown;
  /** What the answer must be; absent for an answer without content. */
  readonly answer: Schema<Value>;
  /** Whether sending it twice does what sending it once does. Only then is it sent again after a failure. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Http {
  /**
   * Sends a request and checks the answer.
   *
   * @throws {ServiceError} with the server's code; UNAVAILABLE when there was no answer; DEADLINE_EXCEEDED when it took
   * too long; INTERNAL when the answer is not what the contract says.
   * @throws the reason of `signal` when it is aborted.
   */
  request<Value>(request: HttpRequest<Value>): Promise<Value>;
  /** Asks for an event stream; the answer may be any status. */
  stream(
    path: string,
    query: HttpRequest<unknown>['query'],
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Response>;
}

export function createHttp(options: HttpOptions): Http {
  const { apiKey, surroundings, timeoutMs } = options;
  const base = options.baseUrl.replace(/\/+$/, '');
  const credentials: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  // A browser's fetch wants to be called without a receiver.
  const { fetch } = options;
  const addressOf = (path: string, query: HttpRequest<unknown>['query'] = {}) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return `${base}${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
  };

  async function attempt<Value>(request: HttpRequest<Value>, attempted: string, signal: AbortSignal): Promise<Value> {
    const { method, path, query, body, answer } = request;
    let response: Response;
    try {
      response = await fetch(addressOf(path, query), {
        method,
        signal,
        headers: {
          ...credentials,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw unreachable(attempted, error);
    }
    if (!response.ok) throw await errorFromResponse(response, attempted, surroundings.now());
    const content = await contentOf(response, attempted);
    const checked = answer.safeParse(content);
    if (checked.success) return checked.data;
    throw new ServiceError('INTERNAL', `${attempted}: the answer is not what this version of the client expects.`, {
      cause: checked.error,
    });
  }

  async function request<Value>(wanted: HttpRequest<Value>): Promise<Value> {
    wanted.signal?.throwIfAborted();
    const attempted = `${wanted.method} ${wanted.path}`;
    const until = surroundings.now() + timeoutMs;
    const deadline = new AbortController();
    const abandon = () => deadline.abort(wanted.signal?.reason);
    wanted.signal?.addEventListener('abort', abandon, { once: true });
    const cancel = surroundings.after(timeoutMs, () => deadline.abort(tooLate(attempted, timeoutMs)));
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          return await attempt(wanted, attempted, deadline.signal);
        } catch (error) {
          // Whatever broke because of it: the deadline, or the caller's own reason.
          deadline.signal.throwIfAborted();
          const delayMs = delayBefore(tries, error, surroundings.chance());
          const isWorthIt = delayMs !== undefined && wanted.repeatable && surroundings.now() + delayMs < until;
          if (!isWorthIt) throw error;
          await pause(delayMs, deadline.signal, surroundings);
        }
      }
    } finally {
      cancel();
      wanted.signal?.removeEventListener('abort', abandon);
    }
  }

  return {
    request,
    stream: (path, query, cursor, signal) =>
      fetch(addressOf(path, query), {
        signal,
        cache: 'no-store',
        headers: {
          ...credentials,
          accept: 'text/event-stream',
          ...(cursor === undefined ? {} : { 'last-event-id': cursor }),
        },
      }),
  };
}

/** How long to wait before trying again; `undefined` when it would not help. */
function delayBefore(tries: number, error: unknown, chance: number): number | undefined {
  if (tries >= MAX_TRIES || !ServiceError.is(error) || !error.retryable) return undefined;
  const { retryAfterSeconds } = error;
  return retryAfterSeconds === undefined ? backOffMs(tries, chance) : askedDelayMs(retryAfterSeconds * 1_000, chance);
}

async function contentOf(response: Response, attempted: string): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (error) {
    throw new ServiceError(
      'INTERNAL',
      `${attempted}: the answer is not JSON. Is baseUrl the address of a Flovyn server?`,
      {
        cause: error,
      },
    );
  }
}

/** Rejects with the signal's reason when it is aborted meanwhile. */
function pause(delayMs: number, signal: AbortSignal, { after }: Surroundings): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = after(delayMs, () => {
      signal.removeEventListener('abort', abandon);
      resolve();
    });
    const abandon = () => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abandon, { once: true });
  });
}
