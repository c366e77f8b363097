import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '@flovyn/protocol';
import { paths } from '@flovyn/protocol/http';
import type { MetricsText } from '../observe/metrics/metrics.js';
import { closeHttp, listenHttp } from './listening.js';
import { type SendProblem, pathOf } from './problems.js';
import { setSecurityHeaders } from './security-headers.js';
import { createHttpServer } from './server.js';

/** 1 s: whoever scrapes comes again. */
const DRAIN_MS = 1_000;

/** Where metrics are found: where the HTTP door has them too, and where Prometheus looks when nobody tells it. */
const ADDRESSES: ReadonlySet<string> = new Set([paths.metrics, '/metrics']);

export interface MetricsServer {
  /** Resolves to the port it listens on. */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

export interface MetricsServerParts {
  readonly read: () => Promise<MetricsText>;
  readonly sendProblem: SendProblem;
  readonly socketsPerAddress: number;
}

/** A port for metrics and nothing else, open to everybody who reaches it. */
export function createMetricsServer({ read, sendProblem, socketsPerAddress }: MetricsServerParts): MetricsServer {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!ADDRESSES.has(pathOf(request))) {
      throw new ServiceError('NOT_FOUND', `There is nothing at this address: the metrics are at ${paths.metrics}.`);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET');
      throw new ServiceError('METHOD_NOT_ALLOWED', `Metrics can only be read: use GET, not ${request.method ?? ''}.`);
    }
    const { type, text } = await read();
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
  };
  const server = createHttpServer((request, response) => {
    setSecurityHeaders(response);
    answer(request, response).catch((error: unknown) => sendProblem(request, response, error));
  }, socketsPerAddress);
  return {
    listen: (host, port) => listenHttp(server, host, port),
    close: () => closeHttp(server, DRAIN_MS),
  };
}
