import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether there is a process of this id, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What a living process was started with, as one text; undefined when there is none or nobody can tell. */
export async function commandOf(pid: number): Promise<string | undefined> {
  try {
    if (platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/**
 * What tells a process from a later one of the same id: when it began. Ids are given anew, above all in containers, where
 * the server often has the same one after every start.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  try {
    if (platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The name, in parentheses, may hold anything; the fields after it are counted from the third.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** Waits until `done` is true, looking every 20 ms. False when it was not within the time. */
export async function waitUntil(done: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await done()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return done();
}
