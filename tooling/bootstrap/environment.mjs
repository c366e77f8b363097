import { delimiter, join } from 'node:path';
import { DEV } from './addresses.mjs';

/**
 * The environment of everything we start: the workspace's tools come first in PATH, and none of them phones home.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(root, env) {
  const PATH = [join(root, 'node_modules/.bin'), env.PATH].join(delimiter);
  return { ...env, PATH, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
}

/**
 * The server in development mode: known keys, this machine only.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function serverEnvironment(env) {
  // A quiet terminal by default: the address and the key should not scroll away.
  return { ...colours(env), FLOVYN_DEV: '1', LOG_LEVEL: env.LOG_LEVEL ?? 'warn' };
}

/**
 * A worker of the development organisation at the server we have just started.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./addresses.mjs').Addresses} where
 * @returns {NodeJS.ProcessEnv}
 */
export function workerEnvironment(env, where) {
  return {
    ...colours(env),
    FLOVYN_GRPC_SERVER_URL: where.grpc,
    FLOVYN_WORKER_TOKEN: DEV.workerToken,
    FLOVYN_ORG_ID: DEV.orgId,
  };
}

/**
 * Children write to a pipe; where it ends in a terminal they may still use colours.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function colours(env) {
  return process.stdout.isTTY && env.NO_COLOR === undefined ? { FORCE_COLOR: '1', ...env } : env;
}
