import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOf, isAlive, waitUntil } from './process.js';

/** An orderly stop writes what is in memory to disk; that takes a moment. */
const orderlyMs = 10_000;

/**
 * Ends a PostgreSQL that outlived the server which started it. It may be stopping already, because it noticed; otherwise it
 * is asked to, since its settings are those of the past and nobody would restart it. A `postmaster.pid` whose process is
 * gone, or is another program by now, is left to PostgreSQL, which sees that for itself.
 */
export async function endOrphan(cluster: string, log: (message: string) => void): Promise<void> {
  const pid = await readPid(join(cluster, 'postmaster.pid'));
  if (pid === undefined || !(await isOurs(pid, cluster))) return;
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
