import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runToEnd } from './child.mjs';
import { Refusal } from './refusal.mjs';
import { workspaceFolders } from './workspace.mjs';

/** Where the fingerprint of what is installed stands; it goes when somebody deletes `node_modules`. */
const STAMP = 'node_modules/.cache/flovyn/installed';

/**
 * Installs the dependencies unless exactly these are installed already.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} stopping
 * @throws {Refusal} when the install fails
 */
export async function install(root, env, stopping) {
  const fingerprint = installFingerprint(root);
  if (installedFingerprint(root) === fingerprint) return;

  process.stdout.write('Installing the dependencies (the first time this takes about half a minute).\n');
  const [command, ...args] = pnpm(root);
  // npx is a script on Windows, which only a shell can start.
  const shell = process.platform === 'win32';
  const code = await runToEnd(command, [...args, 'install', '--frozen-lockfile', '--prefer-offline'], {
    cwd: root,
    env,
    stopping,
    shell,
  });
  stopping.throwIfAborted();
  if (code !== 0) {
    throw new Refusal(
      'The dependencies could not be installed; the reason stands above. The first install needs the npm registry. ' +
        'If you changed a package.json, run `npx pnpm install` once.',
    );
  }
  // Only after success: a broken install is tried again.
  recordInstalled(root, fingerprint);
}

/**
 * Changes when, and only when, the files change that decide what is installed.
 *
 * @param {string} root
 */
export function installFingerprint(root) {
  const manifests = workspaceFolders(root).map((folder) => `${folder}/package.json`);
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} root */
export function installedFingerprint(root) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

/**
 * @param {string} root
 * @param {string} fingerprint
 */
export function recordInstalled(root, fingerprint) {
  mkdirSync(dirname(join(root, STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), fingerprint);
}

/**
 * The command for pnpm: the installed one, or npx with the pinned version as long as nothing is installed.
 *
 * @param {string} root
 * @returns {[string, ...string[]]}
 */
function pnpm(root) {
  const installed = join(root, 'node_modules/.bin/pnpm');
  if (existsSync(installed)) return [installed];
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return ['npx', '--yes', packageManager];
}
