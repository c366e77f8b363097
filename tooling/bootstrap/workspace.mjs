import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folders of all packages of the workspace, sorted, relative to its root.
 *
 * Reads the `packages:` list of pnpm-workspace.yaml, whose entries all have the form `folder/*`.
 *
 * @param {string} root
 */
export function workspaceFolders(root) {
  const yaml = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const list = /^packages:\n((?:\s+- .*\n)+)/m.exec(yaml)?.[1] ?? '';
  return [...list.matchAll(/- (.+)\/\*/g)]
    .flatMap(([, parent = '']) => children(root, parent))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .toSorted();
}

/**
 * @param {string} root
 * @param {string} parent
 */
function children(root, parent) {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}
