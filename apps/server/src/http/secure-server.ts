import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type Http2SecureServer,
  Http2ServerRequest,
  Http2ServerResponse,
  type ServerHttp2Session,
  constants,
  createSecureServer,
} from 'node:http2';
import type { Socket } from 'node:net';
import { limits } from '@flovyn/protocol';
import type { TlsConfig } from '../config/tls-config.js';
import { guardConnections } from './guard-connections.js';
import { http1Limits } from './server.js';

/** 250: the streams of many tabs of a browser, which shares one connection among them. */
const STREAMS_PER_CONNECTION = 250;
/** 10 s, as for headers: nobody holds a connection without saying who they are. */
const HANDSHAKE_MS = limits.httpHeadersMs;
/** MB of one connection, in what the library holds for it; beyond it new streams are refused. */
const CONNECTION_MEMORY_MB = 32;
/** Frames that make no sense, and streams begun against our word, until the connection is closed. */
const PATIENCE = 100;

/**
 * An answer of HTTP/2 that says whether it is over, as its type promises and those of HTTP/1.1 do; and one that is broken off
 * in the middle is no whole one to whoever reads it.
 */
export class SecureResponse extends Http2ServerResponse {
  override destroy(): this {
    this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    return this;
  }
}
Object.defineProperty(SecureResponse.prototype, 'destroyed', {
  get(this: SecureResponse): boolean {
    return this.stream.closed || this.stream.destroyed;
  },
});

/** What an ordinary HTTP server has as well. */
export type SecureServer = Http2SecureServer & { closeAllConnections(): void };

/**
 * The HTTP server over TLS: HTTP/2 with whoever offers it, HTTP/1.1 with all others. It keeps the limits of the one without
 * TLS, and those of HTTP/2 besides: streams at a time, headers, memory and nonsense of a connection. A connection whose streams
 * are opened and reset at once, again and again, is closed by the library itself.
 */
export function createSecureHttpServer(
  listener: RequestListener,
  socketsPerAddress: number,
  tls: TlsConfig,
): SecureServer {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const http2 = createSecureServer({
    ...tls,
    allowHTTP1: true,
    noDelay: true,
    handshakeTimeout: HANDSHAKE_MS,
    unknownProtocolTimeout: HANDSHAKE_MS,
    maxSessionMemory: CONNECTION_MEMORY_MB,
    maxSessionInvalidFrames: PATIENCE,
    maxSessionRejectedStreams: PATIENCE,
    settings: {
      enablePush: false,
      maxConcurrentStreams: STREAMS_PER_CONNECTION,
      maxHeaderListSize: limits.httpHeaderBytes,
    },
    Http2ServerResponse: SecureResponse,
  });
  // Node takes these for its HTTP/1.1 side as properties only.
  Object.assign(http2, http1Limits);
  guardConnections(http2, socketsPerAddress);

  http2.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.setTimeout(limits.httpKeepAliveMs, () => session.close());
  });
  http2.on('request', (request, response) => {
    if (request instanceof Http2ServerRequest) {
      // What the rest of the house knows under the name it has in HTTP/1.1.
      request.headers.host = request.authority;
      limitBody(request);
    }
    // The two differ in what nobody here uses.
    listener(request as unknown as IncomingMessage, response as unknown as ServerResponse & { req: IncomingMessage });
  });

  const close = http2.close.bind(http2);
  return Object.assign(http2, {
    /** Nobody begins anything new on a connection that is open, as an HTTP/1.1 server has it. */
    close(done?: (error?: Error) => void) {
      for (const session of sessions) session.close();
      return close(done);
    },
    closeAllConnections() {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
    },
  });
}

/** HTTP/1.1 servers do this themselves. */
function limitBody({ stream }: Http2ServerRequest): void {
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limits.httpBodyMs);
  const stop = (): void => clearTimeout(timer);
  stream.once('end', stop).once('close', stop);
}
