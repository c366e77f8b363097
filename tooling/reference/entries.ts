import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A door of a published package. */
export interface Entry {
  /** What a user imports, such as `@flovyn/sdk/testing`. */
  readonly name: string;
  /** Path of its declarations, as a user gets them. */
  readonly types: string;
}

type Target = string | { readonly types?: string; readonly import?: { readonly types: string } };

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Target>>;
}

/** Every door of a package that has types, in the order of its `exports`. */
export function entriesOf(folder: string): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([door, target]) => {
    if (typeof target === 'string') return [];
    const types = target.import?.types ?? target.types;
    return types === undefined ? [] : [{ name: name + door.slice(1), types: join(folder, types) }];
  });
}
