import { runToEnd } from './child.mjs';
import { toolEnvironment } from './environment.mjs';
import { install } from './install.mjs';
import { turbo } from './prepare.mjs';
import { clearReports, readReports } from './test-reports.mjs';
import { summary } from './test-summary.mjs';

/** One package after the other as they end, without a prefix on each line; nothing of those that did not run. */
const READABLE = ['--output-logs=new-only', '--log-order=grouped', '--log-prefix=none'];

/**
 * `npm test`: runs the tests of every package whose sources changed and the checks of the event contract, and says at the
 * end what was skipped and why.
 *
 * @param {import('./prepare.mjs').Command} command - its arguments go to turbo, as in `npm test -- --force`
 * @returns {Promise<number>} 0 when everything passed
 */
export async function run({ root, args, env, stopping }) {
  const toolEnv = toolEnvironment(root, env);
  await install(root, toolEnv, stopping);
  // A report that is there afterwards is of this run, or of the cached run with the same sources.
  clearReports(root);
  const code = await runToEnd(
    turbo(root),
    ['run', 'test', 'contract', ...READABLE, '--continue=dependencies-successful', ...args],
    {
      cwd: root,
      env: toolEnv,
      stopping,
    },
  );
  stopping.throwIfAborted();
  process.stdout.write(`\n${summary(readReports(root))}\n`);
  return code;
}
