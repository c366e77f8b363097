import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const source = new URL('../src/', import.meta.url);

/** Everything a module loads at run time: its own modules by path, others by name. Type imports leave no trace. */
function loaded(module: string, found = new Set<string>()): Set<string> {
  const text = readFileSync(fileURLToPath(new URL(module, source)), 'utf8');
  for (const [, names = '', from = ''] of text.matchAll(/^(?:import|export)\s+([^;]*?)\s*from\s+['"]([^'"]+)['"]/gm)) {
    if (names.startsWith('type ') || onlyTypes(names)) continue;
    const path = from.startsWith('.') ? new URL(from.replace(/\.js$/, '.ts'), new URL(module, source)).href : from;
    const name = path.replace(source.href, '');
    if (found.has(name)) continue;
    found.add(name);
    if (from.startsWith('.')) loaded(name, found);
  }
  return found;
}

function onlyTypes(names: string): boolean {
  const listed = names.match(/^\{([\s\S]*)\}$/)?.[1];
  if (listed === undefined) return false;
  const entries = listed.split(',').filter((entry) => entry.trim() !== '');
  return entries.every((entry) => entry.trim().startsWith('type '));
}

describe('the gRPC door', () => {
  it('lists everything that is generated', async () => {
    const door: object = await import('../src/grpc/index.js');
    const modules = readdirSync(new URL('gen/flovyn/v1/', source));
    expect(modules.length).toBeGreaterThan(0);
    const generated = await Promise.all(
      modules.map(async (name) => Object.keys((await import(new URL(`gen/flovyn/v1/${name}`, source).href)) as object)),
    );
    // Helpers of the generated code, for the entries of maps and the numbers of enums.
    const isHelper = (name: string): boolean => /FromJSON$|ToNumber$|_\w+Entry$/.test(name);
    expect(generated.flat().filter((name) => !isHelper(name) && !(name in door))).toEqual([]);
  });
});

describe('what a browser may load', () => {
  it.each(['index.ts', 'http/index.ts'])('%s needs no gRPC, no generated code and nothing of Node', (door) => {
    const modules = [...loaded(door)];
    expect(modules).toContain('error-code.ts');
    expect(modules.filter((name) => /grpc|bufbuild|^node:|gen\//.test(name))).toEqual([]);
    expect(
      modules.filter((name) => !name.endsWith('.ts')).every((name) => ['@flovyn/events', 'zod/mini'].includes(name)),
    ).toBe(true);
  });

  it('grpc/index.ts needs them all, so this test can tell', () => {
    const modules = [...loaded('grpc/index.ts')];
    expect(modules).toContain('@grpc/grpc-js');
    expect(modules).toContain('gen/flovyn/v1/worker_session.ts');
  });
});
