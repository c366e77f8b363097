import { describe, expect, test } from 'vitest';
import { Packing } from '../src/packing.js';

interface Visit {
  readonly at: number;
  readonly name?: string | undefined;
  readonly note?: string;
}

const visits = new Packing<Visit>({ at: 0, name: 1, note: 3 });
const stored = (visit: Visit) => JSON.stringify(visits.pack(visit));

describe('packing', () => {
  test('gives each member its place, and leaves out what is absent at the end', () => {
    expect(stored({ at: 7, name: 'Ada', note: '' })).toBe('[7,"Ada",null,""]');
    expect(stored({ at: 7, note: 'late' })).toBe('[7,null,null,"late"]');
    expect(stored({ at: 7, name: undefined })).toBe('[7]');
  });

  test('gives back the members that were there and no others', () => {
    for (const visit of [{ at: 0 }, { at: 0, name: '' }, { at: 1, note: 'late' }, { at: 1, name: 'Ada', note: '' }]) {
      expect(visits.unpack(JSON.parse(stored(visit)) as unknown[])).toStrictEqual(visit);
    }
  });

  test('passes over the value of a place that was given up', () => {
    expect(visits.unpack([1, 'Ada', 'given up', 'late', 'newer'])).toStrictEqual({ at: 1, name: 'Ada', note: 'late' });
  });
});
