import { expect, test } from 'vitest';
import { unaccountedFor } from './accounted-for.js';

const account = { broken: 'is produced by nothing', registry: ['A', 'B'], seen: ['A', 'B'], excused: {} };

test('events that all come are accounted for, and so is one with a reason', () => {
  expect(unaccountedFor(account)).toEqual([]);
  expect(unaccountedFor({ ...account, seen: ['A'], excused: { B: 'Comes with pausing.' } })).toEqual([]);
});

test('an event that nobody produces is noticed', () => {
  expect(unaccountedFor({ ...account, seen: ['A'] })).toEqual([
    'B is produced by nothing: an event that is defined is also produced.',
  ]);
});

test('an event that came from nowhere is noticed', () => {
  expect(unaccountedFor({ ...account, seen: ['A', 'B', 'C'] })).toEqual([
    'C came although the registry has no such event.',
  ]);
});

test.each([
  [{ B: 'Comes with pausing.' }, 'must go: it comes by now'],
  [{ C: 'Comes with pausing.' }, 'is about no event'],
])('an excuse that is none is noticed: %j', (excused, why) => {
  expect(unaccountedFor({ ...account, excused })).toEqual([expect.stringContaining(why)]);
});

test('an excuse without a reason is noticed', () => {
  expect(unaccountedFor({ ...account, seen: ['A'], excused: { B: ' ' } })).toEqual([
    expect.stringContaining('says no reason'),
  ]);
});
