import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { eventually } from './conditions.js';

/** A process under test, and everything it has said. */
export interface Child {
  readonly pid: number;
  readonly lines: readonly string[];
  /** The first line that matches; fails when the process ends without it. */
  line(pattern: RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. @returns the exit code, or the signal that ended it. */
  end(name?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  /** How it ended, once it has. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

/** Runs a built program with exactly this environment on top of PATH and HOME. */
export function launch(file: string, environment: Readonly<Record<string, string>>): Child {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface(stream).on('line', (line) => lines.push(line));
  }
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    lines,
    exited,
    async line(pattern) {
      return eventually(`${String(pattern)} from ${file}`, () => {
        const found = lines.find((each) => pattern.test(each));
        if (found === undefined && hasEnded()) throw new Error(`${file} ended. It said:\n${lines.join('\n')}`);
        return found;
      });
    },
    signal: (name) => void child.kill(name),
    async end(name = 'SIGTERM') {
      if (!hasEnded()) child.kill(name);
      return exited;
    },
  };
}

/** Whether a process runs. One that has ended and was not yet collected does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return (await stateOf(pid)) !== 'Z';
}

async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}
