import type { StreamTarget } from '../target.js';

/** The people's door of one server, for the target's organisation. */
export interface PeoplesDoor {
  /** Asks, as JSON. @throws {Error} when the answer is not one of success. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>>;
}

/** Without a slash at its end. */
export function addressOf(url: string): string {
  return url.replace(/\/+$/, '');
}

/** What a request says of who is asking. */
export function credentials(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

export function openPeoplesDoor({ servers, org, key }: StreamTarget, signal?: AbortSignal): PeoplesDoor {
  const base = `${addressOf(servers[0]?.url ?? '')}/api/orgs/${org}`;
  return {
    async ask(method, path, body) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { ...credentials(key), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await response.text();
      const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
      if (!response.ok) {
        const why = isJson ? text.slice(0, 300) : 'and not as Flovyn answers';
        throw new Error(`${method} ${base}${path} was answered with ${response.status}: ${why}`);
      }
      if (text !== '' && !isJson)
        throw new Error(`${method} ${base}${path} was answered with something that is no JSON`);
      return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    },
  };
}
