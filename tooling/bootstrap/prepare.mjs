import { join } from 'node:path';
import { runQuietly } from './child.mjs';
import { toolEnvironment } from './environment.mjs';
import { install } from './install.mjs';
import { Refusal } from './refusal.mjs';

/** 1 s: with nothing to build there is nothing to say. */
const PATIENCE_MS = 1_000;

/**
 * @typedef {object} Command
 * @property {string} root - the root folder of the repository
 * @property {string[]} args - what stood after the name of the command
 * @property {NodeJS.ProcessEnv} env
 * @property {AbortSignal} stopping - aborted once we should end
 */

/**
 * Installs what is missing and runs one turbo task, which repeats nothing that is up to date.
 *
 * @param {Command} command
 * @param {'build' | 'generate'} task - `generate` is enough where the code runs from source
 * @returns {Promise<NodeJS.ProcessEnv>} the environment for what runs next
 * @throws {Refusal} when one of the two fails
 */
export async function prepare({ root, env, stopping }, task) {
  const toolEnv = toolEnvironment(root, env);
  await install(root, toolEnv, stopping);
  const patience = setTimeout(() => process.stdout.write('Building what has changed.\n'), PATIENCE_MS);
  const code = await runQuietly(turbo(root), ['run', task, '--output-logs=errors-only'], {
    cwd: root,
    env: toolEnv,
    stopping,
  });
  clearTimeout(patience);
  stopping.throwIfAborted();
  if (code !== 0) throw new Refusal(`The step "${task}" failed; the reason stands above.`);
  return toolEnv;
}

/** @param {string} root */
export function turbo(root) {
  return join(root, 'node_modules/.bin/turbo');
}
