import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, errorsIn } from './compile.js';
import { PROBE, answered, exhaustiveConsumers } from './consumer.js';
import { forgetful, unlisted } from './verdict.js';

const consumer = {
  package: 'a',
  folder: 'packages/a',
  file: 'src/a.ts',
  after: 'TABLE = {',
  answer: ` ${PROBE}: 1,`,
  asks: 'Which number?',
};
const error = { file: 'src/a.ts', text: `src/a.ts(1,1): error TS2741: Property '${PROBE}' is missing` };

describe('the verdict', () => {
  test('a consumer that stops, and goes on once it has answered, forgets nothing', () => {
    expect(forgetful([{ consumer, added: [error], answered: [] }])).toEqual([]);
  });

  test('a consumer that goes green without a word about the event is named', () => {
    expect(forgetful([{ consumer, added: [], answered: [] }])).toEqual([
      `a compiles although src/a.ts says nothing about ${PROBE}: a new event cannot be forgotten.`,
    ]);
  });

  test('so is one that is red for another reason, before or after', () => {
    const other = { file: 'src/b.ts', text: 'src/b.ts(2,1): error TS2304: no such name' };
    expect(forgetful([{ consumer, added: [error, other], answered: [] }]).join()).toContain(
      'src/b.ts has to answer too',
    );
    expect(forgetful([{ consumer, added: [error], answered: [other] }]).join()).toContain(
      'although the event was answered',
    );
  });

  test('who says to handle all events is held to it, and who is held to it says so', () => {
    expect(unlisted(['packages/a/src/a.ts'], [consumer])).toEqual([]);
    expect(unlisted(['packages/b/src/b.ts'], [consumer])).toEqual([
      'packages/b/src/b.ts is tagged @exhaustive and not listed in exhaustive-consumers.json.',
      'packages/a/src/a.ts is listed in exhaustive-consumers.json and not tagged @exhaustive.',
    ]);
  });
});

describe('an answer', () => {
  test('is written at its place', () => {
    expect(answered(consumer, 'const TABLE = { A: 0 };')).toBe(`const TABLE = { ${PROBE}: 1, A: 0 };`);
  });

  test.each(['const table = {};', 'TABLE = {}; TABLE = {};'])('needs its place exactly once: %s', (source) => {
    expect(() => answered(consumer, source)).toThrow('should have this text once');
  });

  test('is there for each consumer', () => {
    for (const { answer } of exhaustiveConsumers()) expect(answer).toContain(PROBE);
  });
});

describe('the compiler', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flovyn-ripple-test-'));
    mkdirSync(join(folder, 'src'));
    const settings = {
      compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, types: [] },
      include: ['src'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const table = (source: string) => writeFileSync(join(folder, 'src/a.ts'), source);

  test('sees a table that lost an event, and not one that only names some', async () => {
    table(`export const table: Record<'A' | '${PROBE}', number> = { A: 1 };\n`);
    expect(forgetful([{ consumer, added: await compile(folder), answered: [] }])).toEqual([]);
    table(`export const table: Partial<Record<'A' | '${PROBE}', number>> = { A: 1 };\n`);
    expect(forgetful([{ consumer, added: await compile(folder), answered: [] }])).toEqual([
      expect.stringContaining('a new event cannot be forgotten'),
    ]);
  });

  test('is asked about the folder alone, and a bad setting is not taken for silence', () => {
    expect(errorsIn('../b/src/b.ts(1,2): error TS1: x\nsrc/a.ts(1,2): error TS1: y\n', '/x/a')).toEqual([
      { file: 'src/a.ts', text: 'src/a.ts(1,2): error TS1: y' },
    ]);
    expect(() => errorsIn("error TS5083: Cannot read file '/x/tsconfig.json'.\n", '/x')).toThrow('could not begin');
  });
});
