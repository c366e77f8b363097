import { setTimeout as sleep } from 'node:timers/promises';

/** After so long a life a child counts as sound again, and its next end is answered at once. */
const SOUND_AFTER_MS = 30_000;

/**
 * Starts a child again, each time a little later, whenever it ends before it was stopped.
 *
 * @param {string} name - as the beginning of a sentence
 * @param {() => import('./child.mjs').Child} launchChild
 * @param {{ firstPauseMs?: number, longestPauseMs?: number }} [pauses] - 0.5 s, doubling up to 10 s
 * @returns {{ stop: () => Promise<void> }}
 */
export function keepRunning(name, launchChild, { firstPauseMs = 500, longestPauseMs = 10_000 } = {}) {
  const stopped = new AbortController();
  let child = launchChild();
  const done = restart();
  return {
    async stop() {
      stopped.abort();
      await child.stop();
      await done;
    },
  };

  async function restart() {
    let pauseMs = firstPauseMs;
    for (;;) {
      const startedAt = performance.now();
      const code = await child.exited;
      if (stopped.signal.aborted) return;
      if (performance.now() - startedAt > SOUND_AFTER_MS) pauseMs = firstPauseMs;
      process.stderr.write(`${name} ended with exit code ${code}; it starts again in ${pauseMs / 1000} s.\n`);
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(ignoreAbort);
      if (stopped.signal.aborted) return;
      child = launchChild();
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

/** @param {unknown} error */
function ignoreAbort(error) {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
