import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../src/compose.js';
import { loadConfig } from '../../src/config/config.js';
import { createLog } from '../../src/observe/log.js';
import { type CheckAnswer, type OpenApi, createAnswerCheck } from './documented.js';

export interface TestServer {
  readonly http: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly metricsPort: number | undefined;
  /** Asks the server, as JSON. `key` is sent as the bearer. The answer is held to the documentation. */
  call(path: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly method?: string;
  /** Sent as JSON, or as it is when it is a text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface TestServerOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Text of a configuration file. Without one the server is in development mode. */
  readonly file?: string;
}

/** A whole server in this process, on free ports, with a database of its own in a directory that goes with it. */
export async function startTestServer({ environment = {}, file }: TestServerOptions = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'flovyn-'));
  const path = join(directory, 'server.toml');
  if (file !== undefined) writeFileSync(path, file);
  const { config } = loadConfig({
    FLOVYN_DATA_DIR: join(directory, 'data'),
    SERVER_PORT: '0',
    GRPC_SERVER_PORT: '0',
    ...(file === undefined ? { FLOVYN_DEV: '1' } : { CONFIG_FILE: path }),
    ...environment,
  });
  const server = await startServer(config, createLog(process.env['FLOVYN_TEST_LOG'] ?? 'silent'));
  const http = `http://127.0.0.1:${server.httpPort}`;
  const document = (await (await fetch(`${http}/api/docs/openapi.json`)).json()) as OpenApi;
  const check = createAnswerCheck(document);
  return {
    http,
    httpPort: server.httpPort,
    grpcPort: server.grpcPort,
    metricsPort: server.metricsPort,
    call: (path, options) => ask(`${http}${path}`, options, check),
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function ask(
  url: string,
  { body, headers = {}, key, method = body === undefined ? 'GET' : 'POST' }: CallOptions = {},
  check: CheckAnswer,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
      ...(key === undefined ? undefined : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body === undefined ? undefined : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
  const isJson = /json/.test(type);
  const json = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
  if (text !== '') check(method, new URL(url).pathname, response.status, type, isJson ? json : text);
  return { status: response.status, headers: response.headers, text, json };
}
