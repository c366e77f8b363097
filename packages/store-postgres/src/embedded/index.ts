import type { ChildProcess } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type pg from 'pg';
import { findLauncher } from './as-user.js';
import { findBinaries } from './binaries.js';
import { layoutOf, prepareCluster } from './cluster.js';
import { lockDirectory } from './lock.js';
import { endOrphan } from './orphan.js';
import { waitUntil } from './process.js';
import { chooseConnection, spawnServer, waitForServer } from './server.js';

export interface EmbeddedPostgresOptions {
  /** Everything durable lives below it; made when it is not there. One server at a time. */
  readonly dataDir: string;
  /** Called each time PostgreSQL ends without having been asked to. It is started again by itself. */
  readonly onExit?: (reason: string) => void;
  /** What PostgreSQL says, line by line, and what we say about it. */
  readonly log?: (message: string) => void;
  /** Settings of PostgreSQL on top of ours, such as `fsync` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** How to reach it; stays the same when it is started again. */
  readonly connection: pg.ClientConfig;
  /** The process that runs at the moment. */
  readonly pid: number | undefined;
  /** Ends it in order, and resolves when its process is gone. */
  stop(): Promise<void>;
}

const backOff = { firstMs: 50, lastMs: 5_000 };
/** After this long without an end, an end is a new misfortune and not the same one. */
const calmMs = 60_000;
/** Processes of a PostgreSQL that was killed hold its memory until they notice, and no other starts as long as they do. */
const takeOverMs = 5_000;
/** An orderly end waits for nothing but the disk; past this it is cut short, which costs a recovery at the next start. */
const orderlyMs = 20_000;

/**
 * Runs a PostgreSQL of our own as a child process, in a directory of its own. The first start creates the database. A child
 * that dies is started again, at growing intervals; it recovers by itself, and so do connections that try again.
 *
 * @throws when another server uses the directory, when there is no PostgreSQL for this machine, or when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log = () => {}, onExit = () => {}, settings = {} } = options;
  const binaries = await findBinaries();
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new Error(`The data directory ${options.dataDir} cannot be made; choose another one with FLOVYN_DATA_DIR`, {
      cause: error,
    });
  });
  const dataDir = await realpath(resolve(options.dataDir));
  const lock = await lockDirectory(dataDir);
  try {
    const launcher = await findLauncher(binaries.initdb);
    const layout = layoutOf(dataDir);
    await endOrphan(layout, log);
    const password = await prepareCluster(layout, binaries, launcher);
    const connection = await chooseConnection(layout, password);
    const start = async (): Promise<ChildProcess> => {
      const server = spawnServer(launcher, binaries.postgres, layout, connection, settings, log);
      try {
        await waitForServer(server, connection);
      } catch (error) {
        await end(server.child);
        throw error;
      }
      return server.child;
    };
    const keeper = keepRunning(await startFirst(start, log), start, onExit, log);
    return {
      connection,
      get pid() {
        return keeper.pid;
      },
      async stop() {
        await keeper.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Starts it, waiting for what an earlier one has left behind. Any other reason not to start is told at once. */
async function startFirst(start: () => Promise<ChildProcess>, log: (message: string) => void): Promise<ChildProcess> {
  const until = performance.now() + takeOverMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const isHeld = String(error).includes('shared memory block');
      if (!isHeld || performance.now() > until) throw error;
      log('Processes of an earlier PostgreSQL still run here; waiting for their end.');
      await new Promise((resume) => setTimeout(resume, backOff.firstMs));
    }
  }
}

/** Starts the child again whenever it ends, until told to stop. */
function keepRunning(
  first: ChildProcess,
  start: () => Promise<ChildProcess>,
  onExit: (reason: string) => void,
  log: (message: string) => void,
) {
  let child: ChildProcess | undefined = first;
  let stopping = false;
  let restarting: Promise<void> = Promise.resolve();
  let delay = backOff.firstMs;

  const watch = (running: ChildProcess): void => {
    const since = performance.now();
    child = running;
    const ended = (reason: string): void => {
      child = undefined;
      if (stopping) return;
      if (performance.now() - since > calmMs) delay = backOff.firstMs;
      onExit(reason);
      restarting = restart();
    };
    if (running.exitCode !== null || running.signalCode !== null) ended('at once');
    else running.once('exit', (code, signal) => ended(`with ${code ?? signal}`));
  };

  const restart = async (): Promise<void> => {
    while (!stopping) {
      await new Promise((resume) => setTimeout(resume, delay));
      delay = Math.min(delay * 2, backOff.lastMs);
      try {
        const running = await start();
        if (stopping) await end(running);
        else watch(running);
        return;
      } catch (error) {
        log(`PostgreSQL could not be started again: ${String(error)}`);
      }
    }
  };

  watch(first);
  return {
    get pid() {
      return child?.pid;
    },
    async stop(): Promise<void> {
      stopping = true;
      await restarting;
      if (child !== undefined) await end(child);
    },
  };
}

/** `SIGINT` asks PostgreSQL to close its connections, write everything and end. */
async function end(child: ChildProcess): Promise<void> {
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if (isGone()) return;
  child.kill('SIGINT');
  if (await waitUntil(isGone, orderlyMs)) return;
  child.kill('SIGQUIT');
  await waitUntil(isGone, orderlyMs);
}
