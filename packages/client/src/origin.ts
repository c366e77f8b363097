import { ServiceError } from '@flovyn/protocol';
import { headers } from '@flovyn/protocol/http';

import { type Surroundings, realSurroundings } from './surroundings.js';

/** Where a Flovyn server is, and as whom to talk to it. */
export interface OriginOptions {
  /**
   * Address of the server, such as `http://127.0.0.1:8000`. A path in it comes before every path of the interface; in a
   * browser, the empty text is the page's own server.
   */
  readonly baseUrl: string;
  /** Slug or id of the organisation. */
  readonly org: string;
  /** Sent as a bearer token. Without one, requests carry what the platform adds: in a browser, the session cookie. */
  readonly apiKey?: string | undefined;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch | undefined;
  /** Default: the real ones. */
  readonly surroundings?: Surroundings | undefined;
}

/** Parameters of a query; what is `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** What `fetch` is told besides the address. */
export type SendInit = Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> };

/** The options, ready for use. */
export interface Origin {
  /** Slug or id of the organisation. */
  readonly org: string;
  /** The clock, timers and chance in use. */
  readonly surroundings: Surroundings;
  /** Sends a request to `path`, which begins with `/`. */
  send(path: string, query: Query, init: SendInit): Promise<Response>;
}

/**
 * Where a server is and as whom to talk to it, for {@link streamExecution} alone; {@link createClient} makes one by
 * itself.
 *
 * @example
 *   import { createOrigin, streamExecution } from '@flovyn/client';
 *
 *   const origin = createOrigin({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   const stream = streamExecution(origin, { workflowExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' });
 *
 * @throws {ServiceError} INVALID_ARGUMENT when `baseUrl` is no address.
 */
export function createOrigin(options: OriginOptions): Origin {
  if (!isAddress(options.baseUrl)) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `baseUrl is the address of a server, such as http://127.0.0.1:8000, not ${options.baseUrl}.`,
    );
  }
  const base = options.baseUrl.replace(/\/+$/, '');
  const credentials = options.apiKey === undefined ? {} : { [headers.authorization]: `Bearer ${options.apiKey}` };
  return {
    org: options.org,
    surroundings: options.surroundings ?? realSurroundings,
    send(path, query, init) {
      // Looked up late, so that a page may install its own. Called without a receiver, as a browser demands.
      const send = options.fetch ?? fetch;
      return send(`${base}${path}${search(query)}`, { ...init, headers: { ...credentials, ...init.headers } });
    },
  };
}

/** Without a host it is the page's own server, which only a browser has; a page may be drawn elsewhere first. */
function isAddress(baseUrl: string): boolean {
  return /^(\/|$)/.test(baseUrl) || (/^https?:\/\//i.test(baseUrl) && URL.canParse(baseUrl));
}

function search(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}
