import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { eventually } from './conditions.js';

/** Where Debian puts it, besides the places of PATH. */
const MORE_PLACES = ['/usr/sbin', '/usr/local/sbin'];

/** The program, where it is installed. */
export const natsServer: string | undefined = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_PLACES]
  .map((place) => join(place, 'nats-server'))
  .find((program) => existsSync(program));

/** Belongs into the title of a suite that needs it: where the suite is skipped, it says why. */
export const unlessFound: string =
  natsServer === undefined ? ' (skipped: nats-server was not found on PATH or in /usr/sbin)' : '';

export interface TestNats {
  readonly url: string;
  readonly port: number;
  /** `SIGKILL`. */
  kill(): Promise<void>;
  /** Starts it again where it was, on what it had stored; `wiped` begins with nothing. */
  restart(options?: { readonly wiped?: boolean }): Promise<void>;
  /** `SIGSTOP` and `SIGCONT`: it is there, and does nothing. */
  pause(): void;
  resume(): void;
  /** Ends it and removes what it stored. */
  stop(): Promise<void>;
}

/** Starts a NATS server of the test's own. @param options - with JetStream unless told otherwise. */
export async function startNats({ jetstream = true }: { readonly jetstream?: boolean } = {}): Promise<TestNats> {
  if (natsServer === undefined) throw new Error('nats-server was not found on PATH or in /usr/sbin');
  const program = natsServer;
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'flovyn-nats-'));
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const storing = jetstream ? ['-js', '-sd', folder] : [];
    const started = spawn(program, ['-a', '127.0.0.1', '-p', String(port), ...storing], { stdio: 'ignore' });
    child = started;
    await eventually('NATS to listen', () => {
      if (hasEnded(started)) throw new Error('nats-server ended at once');
      return isOpen(port);
    });
  };
  const end = async (): Promise<void> => {
    if (child === undefined || hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    kill: end,
    async restart({ wiped = false } = {}) {
      await end();
      if (wiped) await rm(folder, { recursive: true, force: true });
      await start();
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    const answer = (found: boolean): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
