import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const house = fileURLToPath(new URL('../../..', import.meta.url));

/** What nobody reads who compiles: outputs and what is linked below. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.turbo', '.test-report']);

const ALWAYS = [
  '.changeset',
  '.oxfmtrc.json',
  'ARCHITECTURE.md',
  'docs/adr',
  'package.json',
  'tooling/house',
  'tooling/testing',
  'tooling/tsconfig',
  'vitest.shared.ts',
];

/** A copy of some packages in which anything may be written. What comes from outside is linked, not copied. */
export function createScratch(packages: readonly string[]): { readonly root: string; remove(): void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'flovyn-generators-')));
  for (const floor of ['apps', 'examples', 'packages', 'tooling']) mkdirSync(join(root, floor));
  for (const name of [...ALWAYS, ...packages]) {
    cpSync(join(house, name), join(root, name), { recursive: true, filter: (path) => !isLeftOut(path) });
    link(root, `${name}/node_modules`);
  }
  symlinkSync(join(house, 'node_modules'), join(root, 'node_modules'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Links what is installed for a package, and the packages of the house to those of the copy. */
function link(root: string, folder: string): void {
  if (!existsSync(join(house, folder))) return;
  mkdirSync(join(root, folder));
  for (const name of readdirSync(join(house, folder))) {
    if (name.startsWith('.') && name !== '.bin') continue;
    const names = name.startsWith('@') ? readdirSync(join(house, folder, name)).map((one) => `${name}/${one}`) : [name];
    if (name.startsWith('@')) mkdirSync(join(root, folder, name));
    for (const one of names) {
      const target = realpathSync(join(house, folder, one));
      const inHouse = relative(house, target);
      const isOurs = !inHouse.startsWith('..') && !inHouse.includes('node_modules');
      symlinkSync(isOurs ? join(root, inHouse) : target, join(root, folder, one));
    }
  }
}

function isLeftOut(path: string): boolean {
  const parts = relative(house, path).split('/');
  return parts.some((part) => LEFT_OUT.has(part));
}
