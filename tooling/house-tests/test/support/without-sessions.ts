import {
  type ClientHttp2Session,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  connect,
  constants,
  createServer,
} from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** The gRPC address of a server, as if it were one that knows no worker sessions. */
export interface OldServer {
  readonly grpc: string;
  /** How often a session was asked for. */
  readonly sessionsAsked: () => number;
  /** From now on the server is a new one: what stands is cut, and sessions are let through. */
  renew(): void;
  close(): Promise<void>;
}

const SESSION = '/flovyn.v1.WorkerSession/';
const UNIMPLEMENTED = '12';

/**
 * Stands before a server. Everything passes through as it is, each connection over one of its own, except for worker sessions:
 * they get the answer that a server gives which has never heard of them.
 */
export async function hideSessions(grpc: string): Promise<OldServer> {
  const sessions = new Set<ServerHttp2Session>();
  let hides = true;
  let asked = 0;
  const server: Http2Server = createServer();
  server.on('session', (session) => {
    const upstream = connect(grpc);
    sessions.add(session);
    // The one ends with the other: a server judges a worker by its connection.
    session.on('close', () => {
      sessions.delete(session);
      upstream.destroy();
    });
    upstream.on('close', () => session.destroy());
    upstream.on('error', () => session.destroy());
    session.on('error', () => upstream.destroy());
    session.on('stream', (stream, headers) => {
      if (!String(headers[':path']).startsWith(SESSION)) return passOn(upstream, stream, headers);
      asked += 1;
      if (!hides) return passOn(upstream, stream, headers);
      const refusal = { 'grpc-status': UNIMPLEMENTED, 'grpc-message': 'unknown service flovyn.v1.WorkerSession' };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refusal }, { endStream: true });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const session of sessions) session.destroy();
  };
  return {
    grpc: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessionsAsked: () => asked,
    renew() {
      hides = false;
      cut();
    },
    async close() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function passOn(upstream: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (upstream.destroyed) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
  const call = upstream.request(headers);
  let trailers: IncomingHttpHeaders = {};
  call.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, isAll ? { endStream: true } : { waitForTrailers: true });
    if (!isAll) call.pipe(stream);
  });
  call.on('trailers', (sent) => (trailers = sent));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.pipe(call);
  // Whoever gives a call up gives it up on both sides.
  stream.on('close', () => call.close(constants.NGHTTP2_CANCEL));
  stream.on('error', () => call.close(constants.NGHTTP2_CANCEL));
  call.on('error', () => {
    // Together with the connection: then the other one ends as well, and says it better.
    if (!upstream.destroyed) stream.close(call.rstCode);
  });
}
