import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../bindings/python');
const python = (...args: readonly string[]) =>
  spawnSync('python3', ['-B', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: folder },
  });
const isThere = python('-c', 'import sys; sys.exit(sys.version_info < (3, 8))').status === 0;

// Where there is no Python 3.8 the skip is reported, and CI, which forbids skips, installs it.
it.skipIf(!isThere)('the Python module reads every golden sample, and what is newer than itself', () => {
  const { status, stderr } = python('-m', 'unittest', 'discover', '-s', 'tests', '-v');
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/Ran [1-9]\d* tests/);
  expect(stderr).not.toContain('skipped');
});
