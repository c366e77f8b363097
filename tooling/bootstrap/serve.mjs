import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from './addresses.mjs';
import { startDemoRun } from './demo-run.mjs';
import { keepRunning } from './keep-running.mjs';
import { aborted } from './shutdown.mjs';
import { announce, welcome } from './welcome.mjs';

/** 60 s: the first start creates a database, on a slow disk under load. */
const START_LIMIT_MS = 60_000;

/** 50 ms: a warm start takes about a second, and nobody should wait for our next look. */
const LOOK_MS = 50;

/**
 * The life of one server and its demo worker: resolves with the server's exit code when both are gone.
 *
 * @param {object} parts
 * @param {import('./addresses.mjs').Addresses} parts.where
 * @param {AbortSignal} parts.stopping
 * @param {() => import('./child.mjs').Child} parts.launchServer
 * @param {() => import('./child.mjs').Child} parts.launchWorker
 * @param {string} [parts.page] - where people look, when that is not the server itself
 * @param {number} [parts.startLimitMs] - how long the server may take until it is healthy, 60 s
 */
export async function serve({
  where,
  stopping,
  launchServer,
  launchWorker,
  page = where.http,
  startLimitMs = START_LIMIT_MS,
}) {
  const server = launchServer();
  const over = new AbortController();
  void Promise.race([server.exited, aborted(stopping)]).then(() => over.abort());

  const state = await untilHealthy(where.http, over.signal, startLimitMs);
  if (state === 'late') {
    process.stderr.write(
      `The server did not become healthy within ${startLimitMs / 1000} s (${where.http}/_/health). ` +
        'LOG_LEVEL=debug npm start says more.\n',
    );
    await server.stop();
    return 1;
  }
  if (state === 'over') return server.stop();

  const worker = keepRunning('The demo worker', launchWorker);
  welcome(where, page);
  announce(page, await startDemoRun(where.http));
  await aborted(over.signal);
  if (!stopping.aborted) {
    process.stderr.write(
      `The server ended by itself, with exit code ${await server.exited}. Its data is kept: npm start goes on with it.\n`,
    );
  }
  const [code] = await Promise.all([server.stop(), worker.stop()]);
  return code;
}

/**
 * @param {string} http
 * @param {AbortSignal} over
 * @param {number} limitMs
 * @returns {Promise<'healthy' | 'late' | 'over'>}
 */
async function untilHealthy(http, over, limitMs) {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (over.aborted) return 'over';
    if (await answers(http)) return over.aborted ? 'over' : 'healthy';
    await sleep(LOOK_MS);
  }
  return 'late';
}
