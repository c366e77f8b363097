import { readFileSync } from 'node:fs';

/** How often to look whether the process that started us is still there, in milliseconds. */
const LOOK_MS = 500;

/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Is aborted once this process should end: a signal arrived, or whoever started it is gone. Call it once per process.
 *
 * npm that is killed does not tell us, so only a look at our ancestors does.
 * Further signals change nothing: one Ctrl-C arrives twice under npm, from the terminal and from npm.
 *
 * @returns {AbortSignal}
 */
export function askedToStop() {
  const stopping = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => stopping.abort(signal));

  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() !== before) stopping.abort('the process that started this one is gone');
  }, LOOK_MS);
  timer.unref();

  // A closed terminal takes our output along; that is no reason to leave the children behind.
  process.stdout.on('error', () => stopping.abort('the terminal is gone'));
  process.stderr.on('error', () => stopping.abort('the terminal is gone'));
  return stopping.signal;
}

/**
 * Resolves when `signal` is aborted.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Who started us; changes when they are gone.
 *
 * npm puts a shell between itself and us. bash makes way for its last command, dash stays: then our parent lives on
 * when npm is killed, and it is the shell's own parent that changes.
 */
function ancestors() {
  const { ppid } = process;
  if (process.env.npm_lifecycle_event === undefined || process.platform !== 'linux') return String(ppid);
  const [, name, shellParent] = /^\d+ \((.*)\) \S (\d+)/.exec(statOf(ppid)) ?? [];
  return name === 'sh' || name === 'dash' ? `${ppid} of ${shellParent}` : String(ppid);
}

/** @param {number} pid */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended between the question and the answer; the next look sees another parent.
    return '';
  }
}
