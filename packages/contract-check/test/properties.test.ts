import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type JsonSchema, type Role, classify } from '../src/index.js';
import { type Draw, randomChange, randomSchema } from './support/random-schema.js';
import { randomValue } from './support/random-value.js';

const RUNS = Number(process.env['FLOVYN_TEST_RUNS'] ?? 300);

function validator(schema: JsonSchema): (value: unknown) => boolean {
  const validate = new Ajv2020({ strict: false, validateSchema: false }).compile(schema as object);
  return (value) => validate(value);
}

function isFine(before: JsonSchema, after: JsonSchema, role: Role): boolean {
  return !['breaking', 'needs-a-human'].includes(classify(before, after, role).class);
}

/** What writers with one schema write, as far as it is valid, is valid to readers with the other. */
function expectReadable(draw: Draw, written: JsonSchema, read: JsonSchema): number {
  const isWritten = validator(written);
  const isRead = validator(read);
  const values = Array.from({ length: 12 }, () => randomValue(draw, written, written)).filter(isWritten);
  for (const value of values) if (!isRead(value)) expect.fail(`${JSON.stringify(value)} is refused`);
  return values.length;
}

describe('whatever the schemas', () => {
  it('nothing differs from itself', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const schema = randomSchema(draw);
        expect(classify(schema, structuredClone(schema), 'both').differences).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('what a writer wrote, a reader can read, if the change is not breaking', () => {
    let read = 0;
    let fine = 0;
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const before = randomSchema(draw);
        const after = randomChange(draw, before);
        if (JSON.stringify(before) === JSON.stringify(after)) return;
        if (isFine(before, after, 'reader')) {
          fine += 1;
          read += expectReadable(draw, before, after);
        }
        if (isFine(before, after, 'writer')) {
          fine += 1;
          read += expectReadable(draw, after, before);
        }
      }),
      { numRuns: RUNS * 2 },
    );
    // Otherwise the property would hold for want of examples.
    expect(fine).toBeGreaterThan(RUNS / 10);
    expect(read).toBeGreaterThan(RUNS / 2);
  });

  it('two steps can break what neither of them does: a contract is compared with every release', () => {
    const property = (a: JsonSchema): JsonSchema => ({ type: 'object', properties: { a } });
    const [first, second, third] = [property({ type: 'null' }), property(true), property({ type: 'string' })];
    const gone: JsonSchema = { type: 'object' };
    expect(classify(first, gone, 'reader').class).toBe('non-breaking');
    expect(classify(gone, third, 'reader').class).toBe('non-breaking');
    expect(classify(first, third, 'reader').class).toBe('breaking');
    expect(classify(second, third, 'reader').class).toBe('breaking');
  });

  it('what comes and goes again is told both times', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const before = randomSchema(draw);
        const after = randomChange(draw, before);
        const there = classify(before, after, 'reader').class;
        const back = classify(after, before, 'writer').class;
        expect(back === 'same').toBe(there === 'same');
        // A reader of the new schema stands where a writer of the old one would: only additions are read more kindly.
        if (there === 'breaking') expect(['breaking', 'needs-a-human', 'non-breaking']).toContain(back);
      }),
      { numRuns: RUNS },
    );
  });
});
