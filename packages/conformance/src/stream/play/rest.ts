import { Problem } from '@flovyn/protocol/http';
import type { StreamTarget } from '../target.js';
import { shortLine } from './reason-of.js';

/** The people's door of one server, for the target's organisation. */
export interface PeoplesDoor {
  /** Asks, as JSON. @throws {RefusedAnswer} when the answer is not one of success, or no JSON. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>>;
}

/** A server answered, with something else than was asked for. */
export class RefusedAnswer extends Error {
  override readonly name = 'RefusedAnswer';
  readonly status: number;
  /** Whether it is a problem as Flovyn tells them, and not the page of somebody else. */
  readonly isProblem: boolean;

  constructor(asked: string, { status }: Response, text: string, options?: ErrorOptions) {
    const problem = problemOf(text);
    super(`${asked} was answered with ${status}: ${problem?.detail ?? (shortLine(text) || 'nothing')}`, options);
    this.status = status;
    this.isProblem = problem !== undefined;
  }
}

function problemOf(text: string): Problem | undefined {
  try {
    return Problem.safeParse(JSON.parse(text)).data;
  } catch {
    // The page of somebody else.
    return undefined;
  }
}

/** Without a slash at its end. */
export function addressOf(url: string): string {
  return url.replace(/\/+$/, '');
}

/** What a request says of who is asking. */
export function credentials(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/**
 * @param url - of one of the servers.
 * @param closing - ends every request that has no answer yet.
 */
export function openPeoplesDoor(
  url: string,
  { org, key }: Pick<StreamTarget, 'org' | 'key'>,
  closing: AbortSignal,
): PeoplesDoor {
  const base = `${addressOf(url)}/api/orgs/${org}`;
  return {
    async ask(method, path, body) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { ...credentials(key), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: closing,
      });
      const text = await response.text();
      const refused = (options?: ErrorOptions): RefusedAnswer =>
        new RefusedAnswer(`${method} ${base}${path}`, response, text, options);
      if (!response.ok) throw refused();
      try {
        return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      } catch (cause: unknown) {
        throw refused({ cause });
      }
    },
  };
}
