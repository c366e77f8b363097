import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from '@flovyn/testing';

export interface ServerProcess {
  readonly http: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly pid: number;
  /** The data directory: give it to the next process to go on with the same database. */
  readonly directory: string;
  /** What it has written so far: log lines as objects, anything else as `{ text }`. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Resolves when the process is gone, with its exit code or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** SIGTERM, and waits until it is gone. */
  stop(): Promise<number | NodeJS.Signals>;
  /** SIGKILL, and waits until it is gone. Its database may outlive it for a moment. */
  kill(): Promise<void>;
}

export interface ServerProcessOptions {
  /** A directory of an earlier process; a new one when absent. */
  readonly directory?: string;
  /** Ports of an earlier process, so that its clients find the new one; free ones when absent. */
  readonly httpPort?: number;
  readonly grpcPort?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** How long it may take until it is healthy. */
  readonly limitMs?: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The command that runs the server: from source, so that no build has to come first. */
function command(): readonly string[] {
  const built = join(ROOT, 'dist/bin.js');
  if (process.env['FLOVYN_TEST_BUILT'] === '1' && existsSync(built)) return [built];
  return ['--conditions=@flovyn/source', '--import', 'tsx', join(ROOT, 'src/bin.ts')];
}

/** Starts the server as a process of its own, without waiting for anything. */
export function spawnServer(environment: Readonly<Record<string, string>>): {
  readonly child: ChildProcess;
  readonly log: Record<string, unknown>[];
  readonly exited: Promise<number | NodeJS.Signals>;
} {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const child = spawn(process.execPath, command(), {
    cwd: ROOT,
    // Nothing of the environment of the tests may reach it by chance.
    env: { PATH, HOME, ...(TMPDIR === undefined ? undefined : { TMPDIR }), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: Record<string, unknown>[] = [];
  let rest = '';
  const read = (chunk: Buffer): void => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log.push(parseLine(line));
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
  return { child, log, exited };
}

/**
 * A development server as a process of its own, on free ports, with a data directory of its own; healthy when this
 * resolves. Whoever starts it stops or kills it, and calls {@link removeDirectory} when nobody goes on with its data.
 */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const { httpPort = 0, grpcPort = 0, environment = {}, limitMs = 60_000 } = options;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'flovyn-'));
  const { child, log, exited } = spawnServer({
    FLOVYN_DEV: '1',
    FLOVYN_DATA_DIR: directory,
    SERVER_PORT: String(httpPort),
    GRPC_SERVER_PORT: String(grpcPort),
    ...environment,
  });
  const listening = new Promise<Record<string, unknown>>((resolve, reject) => {
    const look = (): void => {
      const line = log.find(({ msg }) => msg === 'listening');
      if (line !== undefined) resolve(line);
    };
    child.stdout?.on('data', look);
    void exited.then((how) => reject(new Error(`The server ended with ${how}: ${JSON.stringify(log.slice(-5))}`)));
  });
  const line = await within('the server to listen', listening, limitMs).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const ports = { httpPort: Number(line['httpPort']), grpcPort: Number(line['grpcPort']) };
  return {
    ...ports,
    http: `http://127.0.0.1:${ports.httpPort}`,
    pid: child.pid ?? 0,
    directory,
    log,
    exited,
    async stop() {
      child.kill('SIGTERM');
      return within('the server to stop', exited, limitMs);
    },
    async kill() {
      child.kill('SIGKILL');
      await within('the server to be gone', exited, limitMs);
    },
  };
}

/** Removes a data directory nobody uses any more. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { text: line };
  }
}
