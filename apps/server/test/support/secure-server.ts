import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSseDecoder } from '@flovyn/events/sse';
import { eventually } from '@flovyn/testing';
import { startServer } from '../../src/compose.js';
import { loadConfig } from '../../src/config/config.js';
import { createLog } from '../../src/observe/log.js';
import type { SseMessage } from './sse-reader.js';

const file = (name: string): string => fileURLToPath(new URL(`certificate/${name}.pem`, import.meta.url));

/** A certificate for this machine, good for a hundred years and nothing else. */
export const certificate = {
  certFile: file('cert'),
  keyFile: file('key'),
  cert: readFileSync(file('cert'), 'utf8'),
} as const;

export interface SecureTestServer {
  readonly port: number;
  readonly grpcPort: number;
  /** A new connection over HTTP/2. */
  connect(): ClientHttp2Session;
  stop(): Promise<void>;
}

/** A development server that speaks TLS. */
export async function startSecureServer(environment: Readonly<Record<string, string>> = {}): Promise<SecureTestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'flovyn-'));
  const { config } = loadConfig({
    FLOVYN_DEV: '1',
    FLOVYN_DATA_DIR: directory,
    SERVER_PORT: '0',
    GRPC_SERVER_PORT: '0',
    TLS__CERT_FILE: certificate.certFile,
    TLS__KEY_FILE: certificate.keyFile,
    ...environment,
  });
  const server = await startServer(config, createLog(process.env['FLOVYN_TEST_LOG'] ?? 'silent'));
  const sessions: ClientHttp2Session[] = [];
  return {
    port: server.httpPort,
    grpcPort: server.grpcPort,
    connect() {
      const session = connect(`https://localhost:${server.httpPort}`, {
        ca: certificate.cert,
        lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      });
      // What becomes of a request is said by the request.
      session.on('error', () => undefined);
      sessions.push(session);
      return session;
    },
    async stop() {
      await server.stop();
      for (const session of sessions) session.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Asks over HTTP/2, with a body when there is one. */
export async function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string,
): Promise<Http2Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const answer = await opened(stream);
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return { ...answer, text };
}

function opened(stream: ClientHttp2Stream): Promise<Omit<Http2Answer, 'text'>> {
  return new Promise((resolve, reject) => {
    stream.on('response', (headers) => resolve({ status: headers[':status'] ?? 0, headers }));
    stream.on('error', reject);
  });
}

export interface Http2Reader extends Omit<Http2Answer, 'text'> {
  readonly messages: readonly SseMessage[];
  readonly stream: ClientHttp2Stream;
  text(): string;
  atLeast(count: number): Promise<readonly SseMessage[]>;
  /** Waits until the server ends the stream. */
  toEnd(): Promise<readonly SseMessage[]>;
}

/** Opens an event stream over HTTP/2. */
export async function readOverHttp2(session: ClientHttp2Session, path: string): Promise<Http2Reader> {
  const stream = session.request({ ':path': path, accept: 'text/event-stream' });
  const answer = await opened(stream);
  const decoder = createSseDecoder();
  const messages: SseMessage[] = [];
  let text = '';
  let isOver = false;
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const line of decoder.push(chunk)) if (line.kind === 'message') messages.push(line);
  });
  stream.on('close', () => (isOver = true));
  return {
    ...answer,
    messages,
    stream,
    text: () => text,
    atLeast: (count) => eventually(`${count} messages`, () => messages.length >= count && messages),
    toEnd: () => eventually('the end of the stream', () => isOver && messages),
  };
}
