import { type ErrorCode, errorCodes } from './error-code.js';

const mark = Symbol.for('flovyn.ServiceError');

/** What else a {@link ServiceError} says. */
export interface ServiceErrorOptions {
  /** What it was made of. */
  readonly cause?: unknown;
  /** The limit that was passed, for errors about limits. */
  readonly limit?: number;
  /** What was sent instead. */
  readonly actual?: number;
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
}

/**
 * The only error that crosses a wire on purpose. Its message says what was attempted and with which id, what stood in the
 * way, and what to do next; it never holds a payload, a query text or a stack.
 *
 * @example
 *   import { ServiceError, createClient } from '@flovyn/client';
 *
 *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   try {
 *     await client.tasks.get('0191f80f-aea2-7677-8720-91c825f9b7ff');
 *   } catch (error) {
 *     if (!ServiceError.is(error) || error.code !== 'NOT_FOUND') throw error;
 *     console.log('There is no such task.');
 *   }
 */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
  /** @internal */
  readonly [mark] = true;
  /** What has happened, for programs; each code has a page in `docs/errors`. */
  readonly code: ErrorCode;
  /** The limit that was passed, for errors about limits. */
  readonly limit: number | undefined;
  /** What was sent instead. */
  readonly actual: number | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: ServiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.limit = options.limit;
    this.actual = options.actual;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** True for an error of this class from any installed copy of the package. */
  static is(error: unknown): error is ServiceError {
    return typeof error === 'object' && error !== null && mark in error;
  }

  /** Makes anything that was thrown known. What is not a `ServiceError` becomes INTERNAL, with the original as its cause. */
  static from(error: unknown): ServiceError {
    if (ServiceError.is(error)) return error;
    return new ServiceError('INTERNAL', 'The server failed in a way it did not expect; its log has the details.', {
      cause: error,
    });
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return errorCodes[this.code].retry;
  }
}
