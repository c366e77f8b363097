import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../src/cli/run.js';

const folder = mkdtempSync(join(tmpdir(), 'contract-check-'));
const at = (path: string): string => join(folder, path);
const contract = (version: string, type: string): object => ({
  manifest: { version, events: { A: {}, B: {} } },
  schema: { $defs: { A: { type }, B: { type } } },
});

beforeAll(() => {
  const files: Record<string, unknown> = {
    'text.json': { type: 'string' },
    'pattern.json': { type: 'string', pattern: 'a' },
    'other-pattern.json': { type: 'string', pattern: 'b' },
    'number.json': { type: 'number' },
    'described.json': { type: 'string', description: 'A' },
    'released/1.0.0.json': contract('1.0.0', 'integer'),
    'released/1.1.0.json': contract('1.1.0', 'number'),
    'now.json': contract('2.0.0', 'number'),
    'folder/manifest.json': { version: '2.0.0', events: { A: {}, B: {} } },
    'folder/shop.schema.json': { $defs: { A: { type: 'number' }, B: { type: 'number' } } },
    'folder/golden/a.json': 1,
    'folder/golden/deep/b.json': 2,
    'empty/readme.txt': 'nothing',
    'broken.json': '{',
    'draft-07.json': { type: 'array', items: [{}] },
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const zod = new URL('../node_modules/zod/index.js', import.meta.url).href;
  writeFileSync(at('one.mjs'), `import * as z from '${zod}'; export const order = z.object({ id: z.string() });`);
  writeFileSync(
    at('two.mjs'),
    `import * as z from '${zod}'; export const other = z.string(); export const order = z.object({ id: z.number() });`,
  );
  writeFileSync(at('none.mjs'), 'export const order = 1;');
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (before: string, after: string, ...options: string[]) => run([at(before), at(after), ...options]);

describe('contract-check', () => {
  it('ends with 0 when nothing breaks, and says what has changed', async () => {
    expect(await check('text.json', 'text.json')).toMatchObject({
      code: 0,
      output: expect.stringContaining('nothing has changed'),
    });
    const { code, output } = await check('text.json', 'described.json');
    expect(code).toBe(0);
    expect(output).toContain('(the whole value): `description` has changed [docs-changed]');
  });

  it('ends with 1 when something breaks, with 2 when a human has to look, unless that is allowed', async () => {
    expect((await check('text.json', 'number.json')).code).toBe(1);
    expect((await check('text.json', 'number.json', '--allow', 'breaking')).code).toBe(0);
    expect((await check('pattern.json', 'other-pattern.json')).code).toBe(2);
    expect((await check('pattern.json', 'other-pattern.json', '--allow', 'breaking')).code).toBe(2);
    expect((await check('pattern.json', 'other-pattern.json', '--allow', 'needs-a-human')).code).toBe(0);
  });

  it('asks for a role', async () => {
    expect((await check('text.json', 'pattern.json', '--role', 'reader')).code).toBe(1);
    expect((await check('text.json', 'pattern.json', '--role', 'writer')).code).toBe(0);
    expect((await check('text.json', 'pattern.json', '--role', 'both')).code).toBe(1);
  });

  it('compares with every released snapshot of a folder', async () => {
    const { code, output } = await check('released', 'now.json');
    expect(code).toBe(1);
    expect(output).toContain(
      '1.0.0.json: breaks somebody\n  breaking (2)\n    {A, B}: fractions are allowed now [fraction-allowed]',
    );
    expect(output).toContain('1.1.0.json: nothing has changed');
    expect((await check('released', 'now.json', '--role', 'reader')).code).toBe(0);
  });

  it('reads a folder with a manifest, a schema and samples', async () => {
    expect(await check('folder', 'folder')).toMatchObject({ code: 0 });
    expect(await check('folder', 'now.json')).toMatchObject({ code: 0 });
    const { output } = await check('folder', 'folder', '--json');
    expect(JSON.parse(output)).toEqual({
      role: 'both',
      class: 'same',
      reports: [{ against: 'folder', class: 'same', differences: [] }],
    });
  });

  it('prints every difference as JSON', async () => {
    const { output, code } = await check('text.json', 'pattern.json', '--json', '--role', 'reader');
    expect(code).toBe(1);
    expect(JSON.parse(output)).toEqual({
      role: 'reader',
      class: 'breaking',
      reports: [
        {
          against: at('text.json'),
          class: 'breaking',
          differences: [{ path: '', kind: 'pattern-added', class: 'breaking', message: 'pattern was absent, is a' }],
        },
      ],
    });
  });

  it('takes a zod schema from a module', async () => {
    const { code, output } = await check('one.mjs', 'two.mjs#order');
    expect(code).toBe(1);
    expect(output).toContain('/id: allowed now: number [type-added]');
    expect((await check('one.mjs', 'one.mjs#order')).code).toBe(0);
  });

  it.each([
    [['only-one'], 'Two versions are compared'],
    [['a', 'b', 'c'], 'Two versions are compared'],
    [['a', 'b', '--role', 'judge'], '--role is one of reader, writer, both, not judge'],
    [['a', 'b', '--allow', 'all'], '--allow is one of'],
    [['a', 'b', '--loud'], '--loud'],
    [['missing.json', 'text.json'], 'does not exist'],
    [['text.json', 'released'], 'is no contract'],
    [['empty', 'text.json'], 'holds no snapshot'],
    [['broken.json', 'text.json'], 'is not JSON'],
    [['draft-07.json', 'text.json'], 'stands where a schema is expected'],
    [['text.json', 'now.json'], 'a schema and a contract'],
    [['none.mjs', 'text.json'], 'exports no zod schema'],
    [['two.mjs', 'text.json'], 'exports several zod schemas: say which'],
    [['two.mjs#third', 'text.json'], 'exports no zod schema called third'],
  ])('ends with 3 when it cannot compare: %j', async (words, problem) => {
    const outcome = await run(
      words.map((word) => (/^[a-z]+.*\./.test(word) || ['released', 'empty'].includes(word) ? at(word) : word)),
    );
    expect(outcome.code).toBe(3);
    expect(outcome.output).toBe('');
    expect(outcome.problem).toContain(problem);
  });

  it('says how it is used', async () => {
    for (const word of ['--help', '-h']) {
      const { code, output } = await run([word]);
      expect(code).toBe(0);
      expect(output).toContain('contract-check <old> <new>');
    }
  });

  it('is a program once it is built', () => {
    const bin = new URL('../dist/cli/bin.js', import.meta.url).pathname;
    if (!existsSync(bin)) throw new Error('Build the package before these tests.');
    expect(execFileSync(process.execPath, [bin, at('text.json'), at('text.json')], { encoding: 'utf8' })).toContain(
      'nothing has changed',
    );
    expect(() => execFileSync(process.execPath, [bin, at('text.json'), at('number.json')], { stdio: 'pipe' })).toThrow(
      'Command failed',
    );
  });
});
