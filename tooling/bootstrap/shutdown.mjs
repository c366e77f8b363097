/** How often to look whether the parent is still there, in milliseconds. */
const PARENT_CHECK_MS = 500;

/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Is aborted once this process should end: a signal arrived, or its parent is gone. Call it once per process.
 *
 * npm killed by SIGTERM takes its shell along but not us, so only a look at the parent tells.
 * Further signals change nothing: one Ctrl-C arrives twice under npm, from the terminal and from npm.
 *
 * @returns {AbortSignal}
 */
export function askedToStop() {
  const stopping = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => stopping.abort(signal));

  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) stopping.abort('the process that started this one is gone');
  }, PARENT_CHECK_MS);
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
