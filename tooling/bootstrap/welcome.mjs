import { DEV } from './addresses.mjs';

/**
 * Says on the terminal where everything is.
 *
 * @param {import('./addresses.mjs').Addresses} where
 * @param {string} page - where people look
 * @param {{ id: string, kind: string } | undefined} demo - the run that has just been started
 */
export function welcome(where, page, demo) {
  const lines = [
    'Flovyn is running. Ctrl-C stops it; what ran is kept.',
    '',
    `  Page      ${page}`,
    `  API       ${where.http}/api/orgs/${DEV.orgSlug}   key ${DEV.apiKey}`,
    `  Workers   ${where.grpc}   token ${DEV.workerToken}`,
  ];
  if (demo !== undefined) {
    lines.push('', `A demo run (${demo.kind}) has just been started. Watch it live:`, `  ${runAddress(page, demo.id)}`);
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}

/**
 * @param {string} page
 * @param {string} id
 */
function runAddress(page, id) {
  return `${page}/org/${DEV.orgSlug}/workflows/executions/${id}`;
}
