import { describe, expect, it } from 'vitest';

import { SCHEMA_KINDS, mirrorOf } from '../src/kinds.js';
import { classify } from '../src/index.js';
import { worst } from '../src/role.js';
import { arrays } from './cases/arrays.js';
import { type Case, LETTERS } from './cases/case.js';
import { enums } from './cases/enums.js';
import { limits } from './cases/limits.js';
import { objects } from './cases/objects.js';
import { docs, opaque } from './cases/opaque.js';
import { references } from './cases/references.js';
import { types } from './cases/types.js';
import { unions } from './cases/unions.js';

const TOPICS = { types, limits, enums, objects, arrays, unions, references, opaque, docs };
const all = Object.values(TOPICS).flat();

describe.each(Object.entries(TOPICS))('%s', (_, cases) => {
  it.each(cases.map((one) => [one[0], one] as const))('%s', (_, [, before, after, verdicts, ...kinds]: Case) => {
    const reader = classify(before, after, 'reader');
    const writer = classify(before, after, 'writer');
    const both = classify(before, after, 'both');
    expect(reader.differences.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
    expect(reader.class).toBe(LETTERS[verdicts.charAt(0)]);
    expect(writer.class).toBe(LETTERS[verdicts.charAt(1)]);
    const classes = [...reader.differences, ...writer.differences].map((difference) => difference.class);
    expect(both.class).toBe(worst(classes));
  });
});

describe('the table', () => {
  it('has every kind of difference, and several hundred verdicts', () => {
    const seen = new Set(all.flatMap(([, , , , ...kinds]) => kinds));
    expect(Object.keys(SCHEMA_KINDS).filter((kind) => !seen.has(kind as never))).toEqual(['too-complex']);
    expect(all.length * 3).toBeGreaterThan(700);
  });

  it.each(all.map((one) => [one[0], one] as const))('nothing differs from itself: %s', (_, [, before, after]) => {
    for (const schema of [before, after]) {
      expect(classify(schema, schema, 'both')).toEqual({ class: 'same', differences: [] });
      expect(classify(schema, structuredClone(schema), 'both').class).toBe('same');
    }
  });

  it.each(all.map((one) => [one[0], one] as const))('taken back, it is the opposite: %s', (_, [, before, after]) => {
    const there = classify(before, after, 'both').differences;
    const back = classify(after, before, 'both').differences;
    expect(back.length > 0).toBe(there.length > 0);
    // What a list of values does is told by its values one way and by its rules the other.
    const isMirrored = (kind: string): boolean =>
      !/value|enum|alternative|member|union|described|closed|opened/.test(kind);
    const kinds = (list: typeof there): string[] => list.map(({ kind }) => kind).filter((kind) => isMirrored(kind));
    expect(kinds(back).toSorted()).toEqual(
      kinds(there)
        .map((kind) => mirrorOf(kind as never))
        .filter((kind) => isMirrored(kind))
        .toSorted(),
    );
  });
});
