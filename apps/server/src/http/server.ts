import { type RequestListener, type Server, createServer } from 'node:http';
import { limits } from '@flovyn/protocol';
import { guardConnections } from './guard-connections.js';

/** The sizes and times that HTTP/1.1 is held to, with TLS or without. */
export const http1Limits = {
  maxHeaderSize: limits.httpHeaderBytes,
  headersTimeout: limits.httpHeadersMs,
  requestTimeout: limits.httpBodyMs,
  keepAliveTimeout: limits.httpKeepAliveMs,
  connectionsCheckingInterval: 1_000,
} as const;

/** The HTTP server with its limits: sizes and times of requests, connections per address. */
export function createHttpServer(listener: RequestListener, socketsPerAddress: number): Server {
  const server = createServer({ ...http1Limits, noDelay: true }, listener);
  guardConnections(server, socketsPerAddress);
  return server;
}
