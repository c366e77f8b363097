import { expect, test } from 'vitest';
import { type Result, ratio } from './result.js';
import { figure, table } from './table.js';

const rate: Result = {
  row: 'P1',
  measure: 'workflows',
  unit: '/s',
  values: [1_000, 4_000, 3_000],
  floor: { name: 'database alone', values: [2_000, 8_000, 12_000] },
};

test('the ratio to the floor is taken run by run', () => expect(ratio(rate)).toBe(0.5));

test('a row without a floor has no ratio', () => {
  expect(ratio({ row: 'P1', measure: 'workflows', unit: 'ms', values: [1] })).toBeUndefined();
});

test('a line has the median, the spread and the floor of the same runs', () => {
  const [head, , line] = table([rate]).split('\n');
  expect(head?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'row',
    'measure',
    'median',
    'spread',
    'floor',
    'of floor',
    'what the floor is',
    'more',
    '',
  ]);
  expect(line?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'P1',
    'workflows',
    '3,000 /s',
    '1,000 - 4,000',
    '8,000 /s',
    '0.50 x',
    'database alone',
    '',
    '',
  ]);
});

test('every line is as wide as the others', () => {
  const widths = table([rate, { ...rate, measure: 'another, longer' }])
    .split('\n')
    .map((line) => line.length);
  expect(new Set(widths).size).toBe(1);
});

test.each([
  [0.344, '0.34'],
  [12.345, '12.3'],
  [123.45, '123'],
  [12_345.6, '12,346'],
])('%d is printed as %s', (value, text) => expect(figure(value)).toBe(text));
