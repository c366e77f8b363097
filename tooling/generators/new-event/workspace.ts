import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A package that may have to say something about an event. */
export interface Reachable {
  readonly name: string;
  readonly folder: string;
  /** Whether the compiler writes its declarations, for others to read; a bundler builds the rest. */
  readonly isComposite: boolean;
}

interface Manifest {
  readonly name: string;
  readonly scripts?: { readonly build?: string };
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly peerDependencies?: object;
}

const CONTRACT = '@flovyn/events';

/** The contract and every package that is built and depends on it, directly or not. */
export function reachable(root: string): readonly Reachable[] {
  const packages = ['packages', 'apps', 'examples', 'tooling'].flatMap((floor) =>
    readdirSync(join(root, floor))
      .map((name) => `${floor}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => ({ folder, manifest: readManifest(root, folder) })),
  );
  const reached = new Set([CONTRACT]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { manifest } of packages) {
      if (dependencies(manifest).some((name) => reached.has(name))) reached.add(manifest.name);
    }
  }
  return packages.flatMap(({ folder, manifest: { name, scripts } }) => {
    const isBuilt = /\btsc -[bp] tsconfig\.json/.test(scripts?.build ?? '');
    if (!reached.has(name) || !isBuilt) return [];
    return [{ name, folder, isComposite: scripts?.build?.startsWith('tsc -b') ?? false }];
  });
}

function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

function dependencies(manifest: Manifest): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies });
}
