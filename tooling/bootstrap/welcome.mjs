import { DEV } from './addresses.mjs';

/**
 * Says on the terminal where everything is.
 *
 * @param {import('./addresses.mjs').Addresses} where
 * @param {string} page - where people look
 */
export function welcome(where, page) {
  process.stdout.write(`
Flovyn is running. Ctrl-C stops it; what ran is kept.

  Page      ${page}
  API       ${where.http}/api/orgs/${DEV.orgSlug}   key ${DEV.apiKey}
  Workers   ${where.grpc}   token ${DEV.workerToken}

`);
}

/**
 * Says where the demo run can be watched.
 *
 * @param {string} page - where people look
 * @param {{ id: string, kind: string } | undefined} demo - nothing is said when none could be started
 */
export function announce(page, demo) {
  if (demo === undefined) return;
  process.stdout.write(
    `A demo run (${demo.kind}) has just begun. Watch it live:\n\n  ${runAddress(page, demo.id)}\n\n`,
  );
}

/**
 * @param {string} page
 * @param {string} id
 */
function runAddress(page, id) {
  return `${page}/org/${DEV.orgSlug}/workflows/executions/${id}`;
}
