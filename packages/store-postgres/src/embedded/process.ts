import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Whether a process of this id runs, ours or not. One that has ended but that nobody has taken notice of does not: in a
 * container without an init process such ones stay for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return platform !== 'linux' || statOf(pid)?.[0] !== 'Z';
}

/** Linux' account of a process: its state first, and 19 fields later when it began. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it, in parentheses, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
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
    if (platform === 'linux') return statOf(pid)?.[19];
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
