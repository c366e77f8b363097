import {
  type RejectPromiseBody,
  RejectedPromiseView,
  type ResolvePromiseBody,
  ResolvedPromiseView,
  pathTo,
  paths,
} from '@flovyn/protocol/http';

import type { Http } from './http.js';
import type { RequestOptions } from './request-options.js';

/** Which promise: its id, or the idempotency key its workflow made it with. */
export type PromiseRef = { readonly id: string } | { readonly key: string };

/** Promises of workflows, settled from outside. The first settling counts; later ones change nothing, and say so. */
export interface Promises {
  resolve(promise: PromiseRef, body: ResolvePromiseBody, options?: RequestOptions): Promise<ResolvedPromiseView>;
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
