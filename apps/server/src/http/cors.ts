import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsConfig } from '../config/cors-config.js';

const METHODS = 'GET, HEAD, POST, PATCH, DELETE';
/** What clients of ours send and browsers ask for; `Cache-Control` is sent by readers of streams in pages. */
const REQUEST_HEADERS = 'Authorization, Content-Type, Last-Event-ID, Idempotency-Key, Cache-Control';
const ANSWER_HEADERS = 'Retry-After, Allow, WWW-Authenticate, Content-Disposition';
/** 10 min: how long a browser remembers what it may send, and how soon it hears of another configuration. */
const REMEMBERED_SECONDS = '600';

/** Lets pages of other sites read answers, as the configuration says; nobody else's by default. */
export interface Cors {
  /** Says in the answer who may read it. True when that is all the browser asked for, and has been answered. */
  answers(request: IncomingMessage, response: ServerResponse): boolean;
  /** Whether pages of this origin may use the session of a browser. */
  mayUseSession(origin: string): boolean;
}

/** @param config - absent: no page of another site may read anything. */
export function createCors(config: CorsConfig | undefined): Cors {
  if (config === undefined) return { answers: () => false, mayUseSession: () => false };
  const { origins, credentials } = config;
  const isAllowed = (origin: string): boolean => origins === '*' || origins.has(origin);

  return {
    answers(request, response) {
      // Also for those who get no other header: a cache must not give them the answer of somebody else.
      if (origins !== '*') response.setHeader('vary', 'Origin');
      const { origin } = request.headers;
      if (origin === undefined || !isAllowed(origin)) return false;
      response.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin);
      if (credentials) response.setHeader('access-control-allow-credentials', 'true');
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
        response.setHeader('access-control-expose-headers', ANSWER_HEADERS);
        return false;
      }
      response.writeHead(204, {
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': REMEMBERED_SECONDS,
      });
      response.end();
      return true;
    },
    mayUseSession: (origin) => credentials && isAllowed(origin),
  };
}
