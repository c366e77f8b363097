import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Each ban of .oxlintrc.json is broken once, in a house of its own that uses the very file.
const root = fileURLToPath(new URL('../..', import.meta.url));
const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin/oxlint');
let house: string;

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'flovyn-lint-'));
  symlinkSync(join(root, 'tooling'), join(house, 'tooling'));
  symlinkSync(join(root, '.oxlintrc.json'), join(house, '.oxlintrc.json'));
});
afterAll(() => rmSync(house, { recursive: true }));

interface Diagnostic {
  readonly code: string;
  readonly message: string;
}

/** The rules that a file with this content breaks. */
function broken(path: string, source: string): string[] {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), `${source}\n`);
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json', path], { cwd: house, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] };
  return diagnostics.map(({ code }) => code);
}

const ENGINE = 'packages/engine/src/a.ts';

describe('the engine is pure:', () => {
  test.each([
    ['the environment', 'export const home = process.env;', 'eslint(no-restricted-globals)'],
    ['the clock', 'export const now = Date.now();', 'eslint(no-restricted-properties)'],
    ['the clock, hidden in a date', 'export const now = new Date();', 'flovyn(no-current-date)'],
    ['the other clock', 'export const now = performance.now();', 'eslint(no-restricted-globals)'],
    ['chance', 'export const dice = Math.random();', 'eslint(no-restricted-properties)'],
    ['chance as an id', 'export const id = crypto.randomUUID();', 'eslint(no-restricted-globals)'],
    ['a timer', 'export const timer = setTimeout(() => {}, 1);', 'eslint(no-restricted-globals)'],
    ['everything global', 'export const all = globalThis.process;', 'eslint(no-restricted-properties)'],
    ['the network', `export const page = fetch('http://x');`, 'eslint(no-restricted-globals)'],
    ['Node', `export { readFileSync } from 'node:fs';`, 'eslint(no-restricted-imports)'],
    ['how words travel', `export { toWire } from '@flovyn/protocol/grpc';`, 'eslint(no-restricted-imports)'],
  ])('it may not use %s', (_, source, rule) => {
    expect(broken(ENGINE, source)).toEqual([rule]);
  });

  test('it may make a date of a value', () => {
    expect(broken(ENGINE, 'export const at = (ms: number): Date => new Date(ms);')).toEqual([]);
  });

  test('its tests may use all of it', () => {
    const source = `import { pid } from 'node:process';\nexport const all = [pid, Date.now(), new Date(), Math.random()];`;
    expect(broken('packages/engine/src/a.test.ts', source)).toEqual([]);
  });
});

describe('the contract is small:', () => {
  test('it may not use the whole of zod', () => {
    expect(broken('packages/events/src/a.ts', `export { z } from 'zod';`)).toEqual(['eslint(no-restricted-imports)']);
  });

  test('it may use the small one', () => {
    expect(broken('packages/events/src/a.ts', `export { z } from 'zod/mini';`)).toEqual([]);
  });
});

describe('the contract is in one place:', () => {
  const ANYWHERE = 'apps/server/src/a.ts';

  test.each([
    ["export const subject = 'flovyn.streams.workflow.x';"],
    ['export const subject = (id: string) => `flovyn.streams.workflow.${id}`;'],
    ["export const subject = (org: string) => 'flovyn.events.'.concat(org);"],
  ])('no subject is written by hand: %s', (source) => {
    expect(broken(ANYWHERE, source)).toEqual(['flovyn(no-subject-literal)']);
  });

  test('the builder may write subjects', () => {
    expect(broken('packages/events/src/nats/subject.ts', "export const prefix = 'flovyn.events.';")).toEqual([]);
  });

  test('a subject of servers among themselves is not one of events', () => {
    expect(broken(ANYWHERE, "export const work = 'flovyn.servers.work';")).toEqual([]);
  });

  test.each([['WORKFLOW_'], ['TASK_'], ['CHILD_WORKFLOW_'], ['STATE_']])(
    'what an event is about is not asked of its name: %s',
    (prefix) => {
      const source = `export const isIt = (name: string): boolean => name.startsWith('${prefix}');`;
      expect(broken('apps/web/src/a.ts', source)).toEqual(['flovyn(no-event-prefix)']);
    },
  );

  test('other prefixes may be asked for', () => {
    expect(broken(ANYWHERE, "export const isIt = (name: string): boolean => name.startsWith('FLOVYN_');")).toEqual([]);
  });

  const PARTIAL = `import { type FlovynEvent, matchPartial } from '@flovyn/events';
    export const labelOf = (event: FlovynEvent): string => matchPartial(event, {}, () => 'other');`;

  test('who says to handle every event may not handle some', () => {
    expect(broken(ANYWHERE, `// @exhaustive\n${PARTIAL}`)).toEqual(['flovyn(no-partial-in-exhaustive)']);
  });

  test('others may', () => {
    expect(broken(ANYWHERE, PARTIAL)).toEqual([]);
  });
});
