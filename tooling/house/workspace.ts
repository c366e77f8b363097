import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, Package, SourceFile } from './arrows.js';
import { readImports } from './imports.js';

/** The folders with packages that are built into something; `tooling/*` only where the house plan names it. */
const PARENTS = ['packages', 'apps', 'examples'] as const;

/** Every package that the plan of the house is about. */
export function readPackages(root: string, more: readonly string[]): Package[] {
  const folders = PARENTS.filter((parent) => existsSync(join(root, parent))).flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return [...folders, ...more]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
      files: ['src', 'test', 'e2e'].flatMap((part) => readSources(join(root, folder), part)),
    }));
}

function readSources(folder: string, part: string): SourceFile[] {
  if (!existsSync(join(folder, part))) return [];
  return readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|tsx|mts)$/.test(path))
    .map((path) => `${part}/${path.replaceAll('\\', '/')}`)
    .map((path) => ({ path, imports: readImports(path, readFileSync(join(folder, path), 'utf8')) }));
}
