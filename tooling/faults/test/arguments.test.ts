import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { USAGE, readArguments } from '../src/arguments.js';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function chaos(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@flovyn/source', '--import', 'tsx', main, ...words],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

describe('the command line of a run', () => {
  it('has a default for all it does not say', () => {
    expect(readArguments(['--', '--seed', '42'])).toEqual({ minutes: 10, seed: 42, executions: 200, isKept: false });
    expect(readArguments(['--minutes', '0.5', '--executions', '50', '--keep'])).toMatchObject({
      minutes: 0.5,
      executions: 50,
      isKept: true,
    });
  });

  it.each([
    ['--minutes', 'abc', 'a number above 0'],
    ['--minutes', '0', 'a number above 0'],
    ['--seed', 'x', 'a whole number from 0'],
    ['--executions', '1.5', 'a whole number above 0'],
    ['--executions', '', 'a whole number above 0'],
  ])('is refused for %s %s', (name, value, rule) => {
    expect(() => readArguments([name, value])).toThrow(`${name} must be ${rule}, not "${value}".`);
  });

  it('says how it is used when it is asked', () => {
    expect(chaos('--help')).toEqual({ status: 0, stdout: USAGE, stderr: '' });
  });

  it('says how it is used after what is wrong with an option, and the sentence alone for a value', () => {
    const { status, stdout, stderr } = chaos('--hours', '1');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--hours'/);
    expect(stderr.endsWith(`\n\n${USAGE}`)).toBe(true);
    expect(chaos('--minutes', '0')).toEqual({
      status: 2,
      stdout: '',
      stderr: '--minutes must be a number above 0, not "0".\n',
    });
  });
});
