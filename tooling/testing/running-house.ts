import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built server with the demo worker, as processes of their own, on free ports and a database that goes with them. */
export interface RunningHouse {
  /** `http://127.0.0.1:<port>`; stays the same over restarts. */
  readonly http: string;
  /** The folder the exports of the demo worker go to. */
  readonly exportsFolder: string;
  /** Ends the server without a chance to tidy up, and starts it again on the same ports. */
  crashServer(): Promise<void>;
  /** Ends the worker the same way, and starts another. */
  crashWorker(): Promise<void>;
  /**
   * Asks the worker to stop, as a terminal or a deployment does.
   *
   * @returns its exit code; `null` when it had to be killed.
   */
  stopWorker(): Promise<number | null>;
  startWorker(): Promise<void>;
  /** The last lines of server and worker, for a test that has failed. */
  lastWords(): string;
  /** Stops what runs and removes what was stored. */
  stop(): Promise<void>;
}

/** A minute: the first start creates a database, and the machine may be busy with other tests. */
const START_LIMIT_MS = 60_000;

const LAST_WORDS = 60;

/** Longer than a worker may take to finish what it holds. */
const STOP_LIMIT_MS = 40_000;

const SERVER = fileURLToPath(new URL('../../apps/server/dist/bin.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../../examples/demo-worker/dist/main.js', import.meta.url));

/**
 * Starts the server and the worker from their builds, as `npm start` does.
 *
 * @param environment - on top of the usual one, for both.
 */
export async function startHouse(environment: Readonly<Record<string, string>> = {}): Promise<RunningHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'flovyn-house-'));
  const exportsFolder = join(folder, 'exports');
  const env = {
    ...process.env,
    ...environment,
    // Whatever the developer's shell is set up for, this house is a new one.
    CONFIG_FILE: undefined,
    DATABASE_URL: undefined,
    FLOVYN_DEV: '1',
    FLOVYN_DATA_DIR: join(folder, 'data'),
    FLOVYN_EXPORTS_DIR: exportsFolder,
    OPENAI_BASE_URL: undefined,
    OPENAI_API_KEY: undefined,
    LOG_LEVEL: 'info',
  };
  let ports = { httpPort: 0, grpcPort: 0 };
  let server: ChildProcess | undefined;
  let worker: ChildProcess | undefined;
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    if (said.length > LAST_WORDS) said.shift();
  };

  async function startServer(): Promise<void> {
    const serverPorts = { SERVER_PORT: `${ports.httpPort}`, GRPC_SERVER_PORT: `${ports.grpcPort}` };
    const started = launch(SERVER, { ...env, ...serverPorts }, hear);
    server = started.process;
    ports = JSON.parse(await started.line(/"httpPort"/)) as typeof ports;
  }

  async function startWorker(): Promise<void> {
    const serverUrl = { FLOVYN_GRPC_SERVER_URL: `http://127.0.0.1:${ports.grpcPort}` };
    const started = launch(WORKER, { ...env, ...serverUrl }, hear);
    worker = started.process;
    await started.line(/ready/);
  }

  async function stop(): Promise<void> {
    await Promise.all([end(worker, 'SIGTERM'), end(server, 'SIGTERM')]);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await startServer();
    await startWorker();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    http: `http://127.0.0.1:${ports.httpPort}`,
    exportsFolder,
    async crashServer() {
      await end(server, 'SIGKILL');
      await startServer();
    },
    async crashWorker() {
      await end(worker, 'SIGKILL');
      await startWorker();
    },
    stopWorker: () => end(worker, 'SIGTERM'),
    startWorker,
    lastWords: () => said.join('\n'),
    stop,
  };
}

/** A process whose lines can be waited for; when it ends first, the wait fails with all it had said. */
function launch(file: string, env: NodeJS.ProcessEnv, hear: (line: string) => void) {
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const told = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      said.push(line);
      hear(line);
      told.dispatchEvent(new Event('line'));
    });
  }
  child.once('exit', () => told.dispatchEvent(new Event('line')));

  async function line(pattern: RegExp): Promise<string> {
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    for (;;) {
      const found = said.find((each) => pattern.test(each));
      if (found !== undefined) return found;
      if (hasEnded(child) || limit.aborted) throw new Error(`${file} did not start. It said:\n${said.join('\n')}`);
      await new Promise<void>((resolve) => {
        told.addEventListener('line', () => resolve(), { once: true });
        limit.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  return { process: child, line };
}

async function end(child: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child === undefined) return 0;
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  }
  return child.exitCode;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
