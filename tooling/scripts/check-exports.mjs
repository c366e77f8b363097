// Checks each published package as its users get it: packed, with every door typed and loadable as it promises.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceFolders } from '../bootstrap/workspace.mjs';

/** @typedef {Record<string, string | { require?: unknown }>} Exports */

const root = fileURLToPath(new URL('../..', import.meta.url));

for (const folder of workspaceFolders(root)) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  // An app is started, not imported.
  if (manifest.private || !folder.startsWith('packages/')) continue;
  checkPacked(join(root, folder), manifest);
  loadEveryDoor(join(root, folder), manifest);
  process.stdout.write(`${manifest.name} can be used as it is packed.\n`);
}

/**
 * @param {string} folder
 * @param {{ exports: Exports }} manifest
 */
function checkPacked(folder, manifest) {
  const destination = mkdtempSync(join(tmpdir(), 'flovyn-pack-'));
  run('pnpm', ['pack', '--pack-destination', destination], folder);
  const tarball = join(destination, readdirSync(destination)[0] ?? '');
  run('publint', ['run', tarball, '--strict'], folder);
  const profile = offersCommonJs(manifest) ? 'node16' : 'esm-only';
  run('attw', [tarball, '--profile', profile, '--format', 'ascii'], folder);
  rmSync(destination, { recursive: true });
}

/**
 * A package may import itself by its name, so its own folder shows what a user sees.
 *
 * @param {string} folder
 * @param {{ name: string, exports: Exports }} manifest
 */
function loadEveryDoor(folder, manifest) {
  // A door that leads to a file as it is (package.json, a schema) holds no code.
  const code = Object.entries(manifest.exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([door]) => manifest.name + door.slice(1));
  const imports = code.map((door) => `await import('${door}');`).join(' ');
  run(process.execPath, ['--input-type=module', '--eval', imports], folder);
  if (!offersCommonJs(manifest)) return;
  // `require` must not lean on its younger ability to load ES modules: TypeScript's node16 knows nothing of it.
  const requires = code.map((door) => `require('${door}');`).join(' ');
  run(process.execPath, ['--no-experimental-require-module', '--input-type=commonjs', '--eval', requires], folder);
}

/** @param {{ exports: Exports }} manifest */
function offersCommonJs(manifest) {
  const front = manifest.exports['.'];
  return typeof front === 'object' && front.require !== undefined;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    process.stderr.write(`In ${cwd}: ${command} ${args.join(' ')}\n${stdout}${stderr}\n`);
    process.exit(1);
  }
}
