import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from './node-options.js';

/** A server in a process of its own, with a database of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly httpPort: number;
  readonly grpcPort: number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly httpPort?: number;
  readonly grpcPort?: number;
}

const bin = fileURLToPath(new URL('../../../../apps/server/dist/bin.js', import.meta.url));

/** The settings of this shell must not reach a server that is measured. */
const foreign = /^(FLOVYN|SERVER|GRPC|DATABASE|NATS|AUTH|ORGS|LIMITS|CONFIG|LOG|PUBLIC|STREAM|SHUTDOWN)_/;

/** One bench is one principal of one organisation: how many streams these may have is not what is measured. */
const roomForReaders = {
  LIMITS__STREAMS_PER_PRINCIPAL: '20000',
  LIMITS__STREAMS_PER_ORG: '20000',
  LIMITS__STREAMS_PER_PROCESS: '20000',
};

/** Starts the built server in development mode, and resolves when it listens. */
export async function startServer({ dataDir, httpPort = 0, grpcPort = 0 }: ServerOptions): Promise<ServerProcess> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const child = spawn(process.execPath, [...nodeOptions('server'), bin], {
    env: {
      ...environment,
      FLOVYN_DEV: '1',
      FLOVYN_DATA_DIR: dataDir,
      SERVER_PORT: String(httpPort),
      GRPC_SERVER_PORT: String(grpcPort),
      ...roomForReaders,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const said: string[] = [];
  const hear = (line: string): void => void (said.length < 200 && said.push(line));
  createInterface({ input: child.stderr }).on('line', hear);

  const ports = await new Promise<{ httpPort: number; grpcPort: number }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      hear(line);
      const ports = parsePorts(line);
      if (ports !== undefined) resolve(ports);
    });
    child.once('exit', (code, signal) => {
      reject(new Error(`The server ended (${code ?? signal}) before it listened:\n${said.join('\n')}`));
    });
    child.once('error', reject);
  });

  return {
    pid: child.pid ?? 0,
    ...ports,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The line the server logs when both its doors are open. */
function parsePorts(line: string): { httpPort: number; grpcPort: number } | undefined {
  if (!line.startsWith('{')) return undefined;
  const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { msg, httpPort, grpcPort } = entry;
  if (msg !== 'listening' || typeof httpPort !== 'number' || typeof grpcPort !== 'number') return undefined;
  return { httpPort, grpcPort };
}
