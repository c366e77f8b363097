import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { birthOf, isAlive } from './process.js';

interface Holder {
  readonly pid: number;
  readonly birth: string | undefined;
}

/**
 * Keeps a data directory for this process until `release` is called. What a killed process has left behind is taken over.
 * Two that take over at the same instant are told apart by PostgreSQL itself, which refuses the second.
 *
 * @throws when a living process has it, with that process's id.
 */
export async function lockDirectory(directory: string): Promise<{ release(): Promise<void> }> {
  const file = join(directory, 'server.lock');
  const mine: Holder = { pid: process.pid, birth: await birthOf(process.pid) };
  for (;;) {
    try {
      await writeFile(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(file);
    if (holder !== undefined && (await isHeld(holder))) {
      throw new Error(
        `The data directory ${directory} is in use by another Flovyn server (process ${holder.pid}). ` +
          'Stop that one, or give this one a directory of its own with FLOVYN_DATA_DIR.',
      );
    }
    await rm(file, { force: true });
  }
}

async function isHeld({ pid, birth }: Holder): Promise<boolean> {
  return isAlive(pid) && (await birthOf(pid)) === birth;
}

/** Undefined for a file that is gone, or was cut off while it was written. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
