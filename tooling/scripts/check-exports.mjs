// Checks each published package as its users get it: packed, with every door typed and loadable as it promises.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceFolders } from '../bootstrap/workspace.mjs';
import { useInEmptyProject } from './empty-project.mjs';

/** @typedef {Record<string, string | { require?: unknown }>} Exports */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each dependency is one more thing that its users must trust. */
const MOST_DEPENDENCIES = 5;

const packed = mkdtempSync(join(tmpdir(), 'flovyn-pack-'));
/** @type {Map<string, string>} */
const tarballs = new Map();
for (const folder of workspaceFolders(root)) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  // An app is started, not imported.
  if (manifest.private || !folder.startsWith('packages/')) continue;
  tarballs.set(manifest.name, checkPacked(join(root, folder), manifest));
  loadEveryDoor(join(root, folder), manifest);
  process.stdout.write(`${manifest.name} can be used as it is packed.\n`);
}
useInEmptyProject(tarballs, root, run);
process.stdout.write(`An empty project runs on ${[...tarballs.keys()].join(', ')}, as ES modules and as CommonJS.\n`);
rmSync(packed, { recursive: true });

/**
 * @param {string} folder
 * @param {{ name: string, exports: Exports, dependencies?: Record<string, string> }} manifest
 * @returns {string} the packed file
 */
function checkPacked(folder, manifest) {
  const { name, dependencies = {} } = manifest;
  if (Object.keys(dependencies).length > MOST_DEPENDENCIES) {
    process.stderr.write(
      `${name} has more than ${MOST_DEPENDENCIES} dependencies: ${Object.keys(dependencies).join(', ')}\n`,
    );
    process.exit(1);
  }
  const before = new Set(readdirSync(packed));
  run('pnpm', ['pack', '--pack-destination', packed], folder);
  const tarball = join(packed, readdirSync(packed).find((file) => !before.has(file)) ?? '');
  run('publint', ['run', tarball, '--strict'], folder);
  const profile = offersCommonJs(manifest) ? 'node16' : 'esm-only';
  run('attw', [tarball, '--profile', profile, '--format', 'ascii'], folder);
  return tarball;
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
 * @returns {string} what it wrote to its output
 */
function run(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    process.stderr.write(`In ${cwd}: ${command} ${args.join(' ')}\n${stdout}${stderr}\n`);
    process.exit(1);
  }
}
