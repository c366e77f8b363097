import type { WireTarget } from './target.js';

export interface RestAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Asks the REST side about the target's organisation, as a user. */
export type Rest = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<RestAnswer>;

/** `undefined` when the target has no REST side, or nobody who may use it. */
export function restOf({ httpUrl, userKey, orgId }: WireTarget): Rest | undefined {
  if (httpUrl === undefined || userKey === undefined) return undefined;
  const base = `${httpUrl.replace(/\/$/, '')}/api/orgs/${orgId}`;
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as RestAnswer['json'] };
  };
}
