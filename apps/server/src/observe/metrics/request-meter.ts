import type { IncomingMessage, ServerResponse } from 'node:http';
import { Histogram, type Registry } from 'prom-client';
import { SECONDS, addCounter, addGauge } from './numbers.js';
import { createSeries } from './series.js';

/** Methods that are told apart; whatever else people send is one. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts what the HTTP door is asked. */
export interface RequestMeter {
  /**
   * Counts a request when it is over.
   *
   * @param routeOf - asked then: the template of the route that answered, never the address that was asked for.
   */
  asked(request: IncomingMessage, response: ServerResponse, routeOf: () => string | undefined): void;
  /** The same for a stream, which lasts as long as its reader wants. */
  askedForStream(request: IncomingMessage, response: ServerResponse, route: string): void;
  /** A reader follows a stream. Returns what to call when it has left. */
  reading(): () => void;
  /** A reader was cut off, because it took nothing any more. */
  stalled(): void;
}

export function createRequestMeter(registry: Registry): RequestMeter {
  const requests = createSeries(['method', 'route', 'status']);
  addCounter(
    registry,
    {
      name: 'flovyn_http_requests_total',
      help: 'HTTP requests that were answered, by route and class of status, or given up by their caller (aborted). A stream counts when it ends.',
      labelNames: requests.labelNames,
    },
    requests.read,
  );
  const seconds = new Histogram({
    name: 'flovyn_http_request_seconds',
    help: 'How long HTTP requests took, streams left out.',
    labelNames: ['method', 'route'],
    buckets: [...SECONDS],
    registers: [registry],
  });
  let opened = 0;
  let left = 0;
  addGauge(registry, { name: 'flovyn_stream_readers', help: 'Readers that follow a live stream.' }, () => [
    [opened - left],
  ]);
  addCounter(
    registry,
    { name: 'flovyn_stream_readers_opened_total', help: 'Readers that began to follow a live stream.' },
    () => [[opened]],
  );
  let stalled = 0;
  addCounter(
    registry,
    {
      name: 'flovyn_stream_readers_stalled_total',
      help: 'Readers that were cut off because they took nothing any more.',
    },
    () => [[stalled]],
  );

  const count = (request: IncomingMessage, response: ServerResponse, route: string): string => {
    const method = METHODS.has(request.method ?? '') ? (request.method ?? '') : 'other';
    const status = response.headersSent ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted';
    requests.add(method, route, status);
    return method;
  };
  return {
    asked(request, response, routeOf) {
      const since = performance.now();
      response.once('close', () => {
        const route = routeOf() ?? 'other';
        const method = count(request, response, route);
        seconds.observe({ method, route }, (performance.now() - since) / 1_000);
      });
    },
    askedForStream(request, response, route) {
      response.once('close', () => void count(request, response, route));
    },
    reading() {
      opened++;
      return () => void left++;
    },
    stalled: () => void stalled++,
  };
}
