import { describe, expect, test } from 'vitest';
import { median, percentile } from './statistics.js';

describe('the median', () => {
  test('is the middle one, in whatever order they come', () => expect(median([9, 1, 5])).toBe(5));
  test('of an even count is the mean of the two in the middle', () => expect(median([4, 1, 2, 9])).toBe(3));
  test('sorts numbers as numbers', () => expect(median([10, 9, 100])).toBe(10));
  test('of nothing is an error, not a number', () => expect(() => median([])).toThrow('Nothing was measured'));
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 101 }, (_, index) => 100 - index);
  test.each([
    [0, 0],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('%d is one of the numbers', (share, expected) => expect(percentile(hundred, share)).toBe(expected));
  test('of few numbers is the worse one', () => expect(percentile([1, 2], 0.99)).toBe(2));
});
