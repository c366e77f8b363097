import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';

const fixture = fileURLToPath(new URL('fixture', import.meta.url));
const report = `${fixture}/.test-report/vitest.json`;
const vitest = `${dirname(fileURLToPath(import.meta.resolve('vitest/package.json')))}/vitest.mjs`;

beforeEach(() => rmSync(report, { force: true }));

/** Runs files of the fixture with the settings that all packages share. */
function run(files: string[], env: NodeJS.ProcessEnv = {}): { exitCode: number | null; report: unknown } {
  const { status } = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: fixture,
    // Not our own environment: vitest marks its workers in it.
    env: { PATH: process.env['PATH'], FIXTURE: files.join(','), ...env },
  });
  return { exitCode: status, report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined };
}

test('a run in which everything passed is reported so', () => {
  expect(run(['fine.ts'])).toEqual({
    exitCode: 0,
    report: { package: 'a-package', passed: 1, failed: [], skipped: [] },
  });
});

test('a skipped test is reported with its reason: its note, or the title of its outermost suite', () => {
  expect(run(['skips.ts'])).toEqual({
    exitCode: 0,
    report: {
      package: 'a-package',
      passed: 1,
      failed: [],
      skipped: [
        { name: 'it needs a tool', reason: 'the tool was not found' },
        {
          name: 'with a server (none was found) > inside > it answers',
          reason: 'with a server (none was found)',
        },
      ],
    },
  });
});

test('a skipped test fails the run where skips are forbidden', () => {
  expect(run(['skips.ts'], { FLOVYN_NO_SKIP: '1' })).toMatchObject({ exitCode: 1, report: { passed: 1 } });
  expect(run(['fine.ts'], { FLOVYN_NO_SKIP: '1' })).toMatchObject({ exitCode: 0 });
});

test('a failed test is reported by its name, with what it said and where', () => {
  expect(run(['fails.ts', 'fine.ts'])).toMatchObject({
    exitCode: 1,
    report: {
      passed: 1,
      failed: [{ name: 'it counts', reason: expect.stringMatching(/expected .* \(fails\.ts:\d+\)$/) }],
    },
  });
});

test('a file that cannot be loaded counts as a failure', () => {
  expect(run(['broken.ts', 'fine.ts'])).toMatchObject({
    exitCode: 1,
    report: { passed: 1, failed: [{ name: 'broken.ts' }] },
  });
});

test('an error outside of any test counts as a failure', () => {
  expect(run(['leaks.ts'])).toMatchObject({
    exitCode: 1,
    report: { passed: 1, failed: [{ name: 'an error outside of any test' }] },
  });
});
