import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeEntity, mergeRows } from './merge.js';

type Row = ReturnType<typeof row> & { readonly progress?: number; readonly output?: string };

const row = (id: string, asOf: string, status: string) => ({ id, asOf, status });

describe('two states of one thing', () => {
  test('the newer one wins, whichever arrives last', () => {
    const older = row('a', 'e.3', 'RUNNING');
    const newer = row('a', 'e.5', 'COMPLETED');
    expect(mergeEntity(older, newer)).toBe(newer);
    expect(mergeEntity(newer, older)).toBe(newer);
  });

  test('positions are compared as numbers', () => {
    expect(mergeEntity(row('a', 'e.9', 'RUNNING'), row('a', 'e.10', 'COMPLETED')).status).toBe('COMPLETED');
  });

  test('of equal positions the fields are joined', () => {
    const known: Row = { ...row('a', 'e.5', 'COMPLETED'), progress: 1 };
    const arrived: Row = { ...row('a', 'e.5', 'COMPLETED'), output: 'done' };
    expect(mergeEntity(known, arrived)).toEqual({ ...known, output: 'done' });
  });

  test('of different epochs the last to arrive is taken', () => {
    const afterCrash = row('a', 'f.2', 'RUNNING');
    expect(mergeEntity(row('a', 'e.5', 'COMPLETED'), afterCrash)).toBe(afterCrash);
  });

  test('the same thing again is the same object', () => {
    const known = row('a', 'e.5', 'RUNNING');
    expect(mergeEntity(known, { ...known })).toBe(known);
  });

  test('in whatever order the states of one epoch arrive, the newest remains', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1 }), (seqs) => {
        const states = seqs.map((seq) => row('a', `e.${seq}`, `at ${seq}`));
        const last = states.reduce((known, arrived) => mergeEntity(known, arrived));
        expect(last.status).toBe(`at ${Math.max(...seqs)}`);
      }),
    );
  });
});

describe('a list', () => {
  const known = [row('b', 'e.4', 'RUNNING'), row('a', 'e.5', 'COMPLETED')];

  test('takes the rows that arrive, each in its newest state', () => {
    const fresh = row('c', 'e.1', 'PENDING');
    expect(mergeRows(known, [fresh, row('b', 'e.6', 'COMPLETED'), row('a', 'e.3', 'RUNNING')])).toEqual([
      fresh,
      row('b', 'e.6', 'COMPLETED'),
      row('a', 'e.5', 'COMPLETED'),
    ]);
  });

  test('takes from the detail what the stream has told it and the list does not know yet', () => {
    const detail = row('b', 'e.6', 'COMPLETED');
    const detailOf = (id: string) => (id === 'b' ? detail : undefined);
    expect(mergeRows([], known, detailOf)).toEqual([detail, known[1]]);
    expect(mergeRows([], [row('b', 'e.7', 'FAILED')], detailOf)).toEqual([row('b', 'e.7', 'FAILED')]);
  });

  test('is the same object when nothing is new', () => {
    expect(
      mergeRows(
        known,
        known.map((each) => ({ ...each })),
      ),
    ).toBe(known);
  });

  test('is a new one when a row has left it', () => {
    expect(mergeRows(known, known.slice(1))).toEqual([known[1]]);
  });
});
