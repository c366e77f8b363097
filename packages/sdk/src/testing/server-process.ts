import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError, ConnectionError } from '../errors.js';
import type { HarnessConfig } from './harness-config.js';

/** Loopback, whatever a machine makes of `localhost`. */
const HOST = '127.0.0.1';
/** What a server may take to end in order; then it is ended. */
const STOP_MS = 35_000;
/** The last lines a server said are shown when it does not start. */
const LINES = 40;
/** What a program needs to run at all. Settings of a server in this environment must not reach one for tests. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'TZ', 'USER', 'SYSTEMROOT', 'NODE_EXTRA_CA_CERTS'];

export interface ServerProcess {
  readonly config: HarnessConfig;
  /** Ends it and removes what it stored. */
  stop(): Promise<void>;
}

/**
 * Starts a server for tests: a process of its own with a database of its own, on ports that are free, with one
 * organisation and one key of each sort.
 *
 * @throws {ConfigurationError} when no server is installed.
 * @throws {ConnectionError} when it is not healthy in time; the message has its last words.
 */
export async function startServer(
  who: Pick<HarnessConfig, 'orgId' | 'orgSlug' | 'apiKey' | 'workerToken'>,
  timeoutMs: number,
): Promise<ServerProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'flovyn-test-'));
  const [grpcPort, httpPort] = await freePorts();
  const config = { ...who, grpcHost: HOST, grpcPort, httpHost: HOST, httpPort };
  writeFileSync(join(directory, 'server.toml'), settingsOf(config), { mode: 0o600 });
  const child = launch({
    ...Object.fromEntries(
      INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    CONFIG_FILE: join(directory, 'server.toml'),
    FLOVYN_DATA_DIR: join(directory, 'data'),
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said = lastLines(child);
  // Whoever ends without stopping it must leave nothing behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    child.kill('SIGTERM');
    const isOver = await Promise.race([ended.then(() => true), pause(STOP_MS, false, { ref: false })]);
    if (!isOver) {
      kill();
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://${HOST}:${httpPort}`;
  if (await isHealthy(url, timeoutMs, () => child.exitCode !== null || child.signalCode !== null))
    return { config, stop };
  await stop();
  throw new ConnectionError(`The test server did not become healthy within ${timeoutMs}ms. It said:\n${said()}`, url);
}

/** Whether `GET /_/health` answers with 2xx in time. */
export async function isHealthy(url: string, timeoutMs: number, isHopeless = (): boolean => false): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !isHopeless()) {
    const left = Math.max(1, deadline - Date.now());
    try {
      const { ok } = await fetch(`${url}/_/health`, { signal: AbortSignal.timeout(Math.min(left, 2_000)) });
      if (ok) return true;
    } catch {
      // Nobody listens there yet.
    }
    await pause(Math.min(left, 50));
  }
  return false;
}

function launch(env: NodeJS.ProcessEnv): ChildProcess {
  const command = process.env['FLOVYN_TEST_SERVER_COMMAND'];
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  // Replaced by the command, the shell passes signals on by not being there.
  if (command !== undefined && command !== '') return spawn(`exec ${command}`, { shell: true, env, stdio });
  return spawn(process.execPath, [findServer()], { env, stdio });
}

/** The server that is installed where the tests are. */
function findServer(): string {
  const require = createRequire(join(process.cwd(), 'index.js'));
  try {
    const manifest = require.resolve('@flovyn/server/package.json');
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
    return join(dirname(manifest), bin['flovyn-server'] ?? '');
  } catch (cause) {
    throw new ConfigurationError(
      `There is no @flovyn/server to be found from ${process.cwd()}: install it, name another command by ` +
        `FLOVYN_TEST_SERVER_COMMAND, or a running server by FLOVYN_TEST_GRPC_PORT and FLOVYN_TEST_HTTP_PORT (${String(cause)})`,
    );
  }
}

/** TOML; a JSON text is one of its texts, too. */
function settingsOf({ orgId, orgSlug, apiKey, workerToken, grpcPort, httpPort }: HarnessConfig): string {
  const [id, slug, user, worker] = [orgId, orgSlug, apiKey, workerToken].map((value) => JSON.stringify(value));
  return `
server_port = ${httpPort}
grpc_server_port = ${grpcPort}
public_http_url = "http://${HOST}:${httpPort}"
log_level = "warn"

[server]
host = "${HOST}"

[[orgs]]
id = ${id}
name = "Tests"
slug = ${slug}

[auth.static_api_key]
keys = [
  { key = ${user}, org_id = ${id}, principal_type = "User", principal_id = "api:tests", role = "ADMIN" },
  { key = ${worker}, org_id = ${id}, principal_type = "Worker", principal_id = "worker:tests" },
]

[auth.endpoints.http]
authenticators = ["static_api_key"]

[auth.endpoints.grpc]
authenticators = ["static_api_key"]
`;
}

function lastLines(child: ChildProcess): () => string {
  let lines: string[] = [];
  const hear = (chunk: Buffer): void => {
    lines = [...lines, ...chunk.toString().split('\n')].filter((line) => line !== '').slice(-LINES);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return () => lines.join('\n');
}

/** Two ports that nobody listens on; taken at the same time, so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, HOST, () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [first = 0, second = 0] = ports;
  return [first, second];
}
