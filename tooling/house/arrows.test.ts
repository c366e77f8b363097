import { describe, expect, test } from 'vitest';
import { type Manifest, type Package, wrongArrows } from './arrows.js';
import { FLOORS, HOUSE } from './house.js';
import { readImports } from './imports.js';

/** A package of the house with one file; everything it could need is declared unless a test says otherwise. */
function aPackage(name: string, path: string, source: string, manifest: Partial<Manifest> = {}): Package {
  const room = HOUSE[name];
  if (room === undefined) throw new Error(`no room ${name}`);
  const imports = readImports(path, source);
  return { folder: room.folder, manifest: { name, ...manifest }, files: [{ path, imports }] };
}

describe('the plan', () => {
  test('has no arrow that leads up, and none to a room that is not there', () => {
    const height = (name: string): number => FLOORS.indexOf(HOUSE[name]?.floor ?? 'beside');
    for (const [name, room] of Object.entries(HOUSE)) {
      for (const door of room.ours) {
        const target = Object.keys(HOUSE).find((other) => door === other || door.startsWith(`${other}/`));
        expect(target, `${name} → ${door}`).toBeDefined();
        expect(height(target ?? ''), `${name} → ${door}`).toBeLessThanOrEqual(height(name));
      }
    }
  });

  test('has no circle', () => {
    const reachable = (name: string): string[] =>
      (HOUSE[name]?.ours ?? []).flatMap((door) => {
        const target = door.split('/').slice(0, 2).join('/');
        return [target, ...reachable(target)];
      });
    for (const name of Object.keys(HOUSE)) expect(reachable(name)).not.toContain(name);
  });
});

describe('an import', () => {
  const dependencies = { '@flovyn/events': 'workspace:*', '@flovyn/protocol': 'workspace:*', zod: 'catalog:' };

  test('of a lower room through an allowed door is fine', () => {
    const engine = aPackage('@flovyn/engine', 'src/a.ts', `import type { Command } from '@flovyn/protocol';`, {
      dependencies,
    });
    expect(wrongArrows(engine)).toEqual([]);
  });

  test.each([
    ['a higher room', `import { createServer } from '@flovyn/server';`],
    ['a door that is not for it', `import { toWire } from '@flovyn/protocol/grpc';`],
    ['a type only', `import type { Pool } from 'pg';`],
    ['a re-export', `export { toWire } from '@flovyn/protocol/grpc';`],
    ['a whole re-export', `export * from '@flovyn/protocol/grpc';`],
    ['an import at run time', `const grpc = await import('@flovyn/protocol/grpc');`],
    ['a type inside of a type', `type Pool = import('pg').Pool;`],
    ['a computed import', `const any = await import(name);`],
    ['Node', `import { readFileSync } from 'node:fs';`],
    ['Node by its old names', `import { readFileSync } from 'fs';`],
    ['the inside of another package', `import { x } from '../../protocol/src/command.js';`],
  ])('of the engine may not be: %s', (_, source) => {
    const found = wrongArrows(aPackage('@flovyn/engine', 'src/a.ts', `\n${source}`, { dependencies }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^packages\/engine\/src\/a\.ts:2: may not import /);
  });

  test('of Node is fine in a test of the engine', () => {
    const source = `import { readFileSync } from 'node:fs';`;
    expect(wrongArrows(aPackage('@flovyn/engine', 'src/a.test.ts', source))).toEqual([]);
  });

  test('of a package must be declared by the package that imports it', () => {
    const found = wrongArrows(aPackage('@flovyn/events', 'src/a.ts', `import { z } from 'zod/mini';`));
    expect(found).toEqual(['packages/events/src/a.ts:1: imports zod, which its package.json does not name']);
  });

  test('from a development dependency is for tests', () => {
    const devDependencies = { zod: 'catalog:' };
    const source = `import { z } from 'zod';`;
    expect(wrongArrows(aPackage('@flovyn/events', 'src/a.ts', source, { devDependencies }))).toHaveLength(1);
    expect(wrongArrows(aPackage('@flovyn/events', 'src/a.test.ts', source, { devDependencies }))).toEqual([]);
  });

  test('from a development dependency is for what is not shipped, too', () => {
    const devDependencies = { yaml: 'catalog:', vitest: 'catalog:' };
    const inFile = (name: string, path: string, source: string) =>
      wrongArrows(aPackage(name, path, source, { devDependencies }));
    const writing = `import { stringify } from 'yaml';`;
    expect(inFile('@flovyn/events', 'src/contract/asyncapi.ts', writing)).toEqual([]);
    expect(inFile('@flovyn/events', 'src/decode.ts', writing)).toHaveLength(1);
    const testing = `import { test } from 'vitest';`;
    expect(inFile('@flovyn/conformance', 'src/store.ts', testing)).toEqual([]);
    expect(inFile('@flovyn/conformance', 'src/stream/player.ts', testing)).toHaveLength(1);
  });

  test('may be allowed to a part of a room only', () => {
    const source = `import * as grpc from '@grpc/grpc-js';`;
    const declared = { dependencies: { '@grpc/grpc-js': 'catalog:' } };
    expect(wrongArrows(aPackage('@flovyn/protocol', 'src/grpc/status.ts', source, declared))).toEqual([]);
    expect(wrongArrows(aPackage('@flovyn/protocol', 'src/command.ts', source, declared))).toHaveLength(1);
  });
});

describe('a package.json', () => {
  test('may not name a room the plan does not lead to', () => {
    const client = aPackage('@flovyn/client', 'src/a.ts', '', { dependencies: { '@flovyn/engine': 'workspace:*' } });
    expect(wrongArrows(client)).toEqual(['packages/client/package.json: may not depend on @flovyn/engine']);
  });

  test('may not name one for its tests either, unless the plan says so', () => {
    const devDependencies = { '@flovyn/engine': 'workspace:*', '@flovyn/conformance': 'workspace:*' };
    const client = aPackage('@flovyn/client', 'src/a.ts', '', { devDependencies });
    expect(wrongArrows(client)).toEqual(['packages/client/package.json: its tests may not depend on @flovyn/engine']);
  });

  test('of an example may name other examples, as the demo worker does, but no room a user does not have', () => {
    const name = '@flovyn/example-demo-worker';
    const dependencies = { '@flovyn/example-streaming-llm': 'workspace:*', '@flovyn/engine': 'workspace:*' };
    const example: Package = { folder: 'examples/demo-worker', manifest: { name, dependencies }, files: [] };
    expect(wrongArrows(example)).toEqual(['examples/demo-worker/package.json: may not depend on @flovyn/engine']);
  });

  test('belongs to a package that has a room', () => {
    const stray: Package = { folder: 'packages/attic', manifest: { name: '@flovyn/attic' }, files: [] };
    expect(wrongArrows(stray)).toEqual(['packages/attic: @flovyn/attic has no room in tooling/house/house.ts']);
  });
});
