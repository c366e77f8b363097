import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { mutants } from './mutants.js';
import { mutate, survivors } from './verdict.js';

const mutant = { file: 'src/a.ts', from: 'a > b', to: 'a >= b', tests: 'src/a.test.ts' };

describe('a mutant', () => {
  it('that a test noticed is dead', () => {
    expect(survivors([{ mutant, run: 3, noticed: 1 }])).toEqual([]);
  });

  it('that no test noticed is listed', () => {
    expect(survivors([{ mutant, run: 3, noticed: 0 }])).toEqual([
      'src/a.ts: `a >= b` in place of `a > b` survived src/a.test.ts, whose tests are to bite.',
    ]);
  });

  it('is not dead because no test ran', () => {
    expect(survivors([{ mutant, run: 0, noticed: 0 }])).toEqual([expect.stringContaining('ran no test')]);
  });

  it('is made where its text stands, which must be one place', () => {
    expect(mutate(mutant, 'if (a > b)')).toBe('if (a >= b)');
    expect(() => mutate(mutant, 'if (a < b)')).toThrow('0 times instead of once');
    expect(() => mutate(mutant, 'a > b; a > b')).toThrow('2 times');
  });

  it.each(mutants)('$file has the place of `$to`', (each) => {
    const source = readFileSync(join(import.meta.dirname, '../..', each.file), 'utf8');
    expect(mutate(each, source)).not.toBe(source);
  });
});
