import {
  type RejectPromiseBody,
  RejectedPromiseView,
  type ResolvePromiseBody,
  ResolvedPromiseView,
  pathTo,
  clientPaths as paths,
} from '@flovyn/protocol/http';

import type { Http } from './http.js';
import type { RequestOptions } from './request-options.js';

/** Which promise: its id, or the idempotency key its workflow made it with. */
export type PromiseRef = { readonly id: string } | { readonly key: string };

/** Promises of workflows, settled from outside. The first settling counts; later ones change nothing, and say so. */
export interface Promises {
  /**
   * Keeps a promise. Tried again when the answer got lost: settling twice is as good as once.
   *
   * @throws {ServiceError} NOT_FOUND when there is no such promise, FAILED_PRECONDITION when its execution has ended.
   * @example
   *   import { createClient } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const { alreadyResolved } = await client.promises.resolve({ key: 'approve:17' }, { value: { by: 'Ada' } });
   */
  resolve(promise: PromiseRef, body: ResolvePromiseBody, options?: RequestOptions): Promise<ResolvedPromiseView>;
  /** Breaks a promise, as `resolve` keeps one: the workflow that waits gets `PromiseRejected` with the error's text. */
  reject(promise: PromiseRef, body: RejectPromiseBody, options?: RequestOptions): Promise<RejectedPromiseView>;
}

export function createPromises({ request }: Http, org: string): Promises {
  // Settling twice is as good as once.
  const settle = { method: 'POST', repeatable: true } as const;
  const identifier = (promise: PromiseRef): string => ('id' in promise ? `id:${promise.id}` : `key:${promise.key}`);
  return {
    resolve: (promise, body, options) =>
      request({
        ...settle,
        path: pathTo(paths.promiseResolve, { org, identifier: identifier(promise) }),
        body,
        answer: ResolvedPromiseView,
        ...options,
      }),
    reject: (promise, body, options) =>
      request({
        ...settle,
        path: pathTo(paths.promiseReject, { org, identifier: identifier(promise) }),
        body,
        answer: RejectedPromiseView,
        ...options,
      }),
  };
}
