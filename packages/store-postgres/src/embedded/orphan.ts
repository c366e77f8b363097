import { readFile, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { platform } from 'node:process';
import { type Layout, socketName } from './cluster.js';
import { commandOf, isAlive, waitUntil } from './process.js';

/** An orderly stop writes what is in memory to disk; that takes a moment. */
const orderlyMs = 10_000;

/**
 * Ends a PostgreSQL that outlived the server which started it, and clears away what a killed one has left behind.
 *
 * It may be stopping already, because it noticed; otherwise it is asked to, since its settings are those of the past and
 * nobody would restart it.
 */
export async function endOrphan({ cluster, sockets }: Layout, log: (message: string) => void): Promise<void> {
  const claim = join(cluster, 'postmaster.pid');
  const pid = await readPid(claim);
  if (pid !== undefined && (await isOurs(pid, cluster))) await end(pid, cluster, log);
  // What follows needs to know of every process; elsewhere PostgreSQL looks after itself.
  if (platform !== 'linux') return;
  if (!(await waitUntil(async () => !(await isInUse(cluster)), orderlyMs))) {
    throw new Error(`Processes of an earlier PostgreSQL still work in ${cluster}. End them, then start again.`);
  }
  // PostgreSQL would believe that its predecessor lives as long as there is a process of that id: one that nobody has
  // taken notice of, or in a container after a restart any other program.
  for (const file of [claim, join(sockets, `${socketName}.lock`)]) await rm(file, { force: true });
}

async function end(pid: number, cluster: string, log: (message: string) => void): Promise<void> {
  log(`A PostgreSQL of an earlier server still runs here (process ${pid}); stopping it.`);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    if (await waitUntil(async () => !(await isOurs(pid, cluster)), orderlyMs)) return;
  }
  throw new Error(`The PostgreSQL of an earlier server (process ${pid}) does not stop. End it, then start again.`);
}

async function isOurs(pid: number, cluster: string): Promise<boolean> {
  return isAlive(pid) && ((await commandOf(pid))?.includes(cluster) ?? false);
}

/** Whether any process works in the directory, as all of a PostgreSQL's do. They end soon after the first of them. */
async function isInUse(cluster: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
  return places.includes(cluster);
}

async function readPid(file: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
    // A negative number stands for a single-user server, and to signal it would mean a process group.
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
