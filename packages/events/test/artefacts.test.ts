import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { buildContract, buildTables } from '../src/contract/build.js';
import { staleFiles } from '../src/contract/stale.js';

const root = join(import.meta.dirname, '..');
const built = new Map([...buildTables(), ...buildContract()]);

function onDisk(path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

it('what is derived from the registry is what would be written now', () => {
  expect(staleFiles(built, onDisk)).toEqual([]);
});

describe('a derived file', () => {
  it.each([...built.keys()])('%s that was edited is noticed', (path) => {
    const edited = (asked: string) => (asked === path ? `${onDisk(asked)}edited` : onDisk(asked));
    expect(staleFiles(built, edited)).toEqual([
      expect.stringMatching(/is not what the registry says: .*one definition/),
    ]);
  });

  it('that is missing is noticed', () => {
    const lost = (asked: string) => (asked.endsWith('EVENTS.md') ? undefined : onDisk(asked));
    expect(staleFiles(built, lost)).toEqual([expect.stringContaining('contract/EVENTS.md is missing')]);
  });

  it('of JSON may be laid out by the formatter', () => {
    expect(staleFiles(new Map([['a.json', '{"a":[1]}']]), () => '{ "a": [\n1 ] }')).toEqual([]);
  });
});
