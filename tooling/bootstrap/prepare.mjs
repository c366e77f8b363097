import { join } from 'node:path';
import { runToEnd } from './child.mjs';
import { toolEnvironment } from './environment.mjs';
import { install } from './install.mjs';
import { Refusal } from './refusal.mjs';

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
  const code = await turbo(['run', task, '--output-logs=errors-only'], { cwd: root, env: toolEnv, stopping });
  stopping.throwIfAborted();
  if (code !== 0) throw new Refusal(`The step "${task}" failed; the reason stands above.`);
  return toolEnv;
}

/**
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, stopping: AbortSignal }} options
 */
export function turbo(args, options) {
  return runToEnd(join(options.cwd, 'node_modules/.bin/turbo'), args, options);
}
