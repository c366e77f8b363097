import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** 10 s: a server that is closing lets running requests finish for a few seconds. */
const GRACE_MS = 10_000;

/** After its end a child's last words are read for as long; a grandchild may hold its output open for ever. */
const LAST_WORDS_MS = 300;

/**
 * @typedef {object} Child
 * @property {number | undefined} pid
 * @property {Promise<number>} exited - its exit code; 128 + the signal's number when a signal ended it, as in a shell
 * @property {() => Promise<number>} stop - asks it to end, kills it when it does not, resolves when it is gone
 */

/**
 * Starts a child that lives until it is stopped.
 *
 * It leads a process group of its own, so that Ctrl-C reaches it through us, once, and so that whatever it leaves
 * behind can be found. Its output runs through us: when the terminal is closed, it still writes to an open end and
 * can finish in order.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, graceMs?: number }} options - `graceMs`: from stop to kill, 10 s
 * @returns {Child}
 */
export function launch(command, args, { cwd, env, graceMs = GRACE_MS }) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: hasProcessGroups });
  // Not `pipe`: it stops reading when our terminal is gone, and the child would block on a full pipe.
  child.stdout.on('data', (chunk) => process.stdout.write(chunk));
  child.stderr.on('data', (chunk) => process.stderr.write(chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const exited = exitCodeOf(child).then(async (code) => {
    signalGroup(child.pid, 'SIGTERM');
    const timer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, LAST_WORDS_MS);
    await closed;
    clearTimeout(timer);
    return code;
  });

  return {
    pid: child.pid,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
  };
}

/**
 * Starts a Node program as {@link launch} does; it also ends when this process vanishes without a word.
 *
 * @param {string[]} args - the program and what it is given
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, graceMs?: number }} options
 * @returns {Child}
 */
export function launchNode(args, options) {
  return launch(process.execPath, ['--import', new URL('follow-parent.mjs', import.meta.url).href, ...args], options);
}

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {AbortSignal} stopping - ends it when aborted
 * @property {boolean} [shell]
 */

/**
 * Runs a command at this terminal until it ends, and gives its exit code.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<number>}
 */
export function runToEnd(command, args, { stopping, ...options }) {
  return endOf(spawn(command, args, { ...options, stdio: 'inherit' }), stopping);
}

/**
 * As {@link runToEnd}, but what it says is shown only when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<number>}
 */
export async function runQuietly(command, args, { stopping, ...options }) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const said = [];
  child.stdout.on('data', (chunk) => said.push(chunk));
  child.stderr.on('data', (chunk) => said.push(chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const code = await endOf(child, stopping);
  await closed;
  if (code !== 0 && !stopping.aborted) process.stderr.write(Buffer.concat(said));
  return code;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {AbortSignal} stopping
 */
async function endOf(child, stopping) {
  const stop = () => child.kill('SIGTERM');
  stopping.addEventListener('abort', stop);
  const code = await exitCodeOf(child);
  stopping.removeEventListener('abort', stop);
  return code;
}

const hasProcessGroups = process.platform !== 'win32';

/**
 * @param {number | undefined} leader
 * @param {NodeJS.Signals} signal
 */
function signalGroup(leader, signal) {
  if (leader === undefined || !hasProcessGroups) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // No such group: everybody is gone, which is what we want.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCodeOf(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${child.spawnfile} could not be started: ${error.message}\n`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
