import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The SHA-256 of every file in a folder and below, in hexadecimal, by its path there with `/`. In the order of the paths. */
export function hashGolden(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const hashes = paths.map((path): [string, string] => {
    const name = path.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, '');
    return [name, createHash('sha256').update(readFileSync(path)).digest('hex')];
  });
  return Object.fromEntries(hashes.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
