import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseOptions } from './options.js';

test('without arguments everything is measured', () => {
  expect(parseOptions([])).toEqual({
    rows: ['P1', 'P2', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P12', 'KILL', 'IDLE'],
    quick: false,
    json: undefined,
    profile: undefined,
  });
});

test('named rows are measured in the order of the table, each once', () => {
  expect(parseOptions(['idle', 'p5', 'P1', 'P5', '--quick', '--json', 'out.json'])).toMatchObject({
    rows: ['P1', 'P5', 'IDLE'],
    quick: true,
    json: resolve('out.json'),
  });
});

test.each([
  [['P3'], '"P3" is no row; there are P1, P2, P4, P5, P6, P7, P8, P9, P12, KILL, IDLE.'],
  [['--fast'], "Unknown option '--fast'"],
  [['--json'], 'argument missing'],
])('%j is refused', (args, why) => {
  expect(() => parseOptions(args)).toThrow(why);
});

test('files are named from where the command was typed', () => {
  expect(parseOptions(['--json', 'out.json', '--profile', '/abs'], '/home/me')).toMatchObject({
    json: '/home/me/out.json',
    profile: '/abs',
  });
});
