import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launch, launchNode } from '../child.mjs';
import { keepRunning } from '../keep-running.mjs';
import { isAlive } from './fake-house.mjs';

const options = { cwd: '.', env: process.env };

test('a child that does not end when asked is killed after the grace', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flovyn-child-'));
  const deaf = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); fs.writeFileSync('ready', '')`;
  const child = launch(process.execPath, ['-e', deaf], { cwd: folder, env: process.env, graceMs: 100 });
  await expect.poll(() => existsSync(join(folder, 'ready'))).toBe(true);
  expect(await child.stop()).toBe(137);
  rmSync(folder, { recursive: true });
});

test('a child that ended may be stopped', async () => {
  const child = launchNode(['-e', 'process.exitCode = 4'], options);
  expect(await child.exited).toBe(4);
  expect(await child.stop()).toBe(4);
});

/**
 * A program that starts `sleep 60` and ends; gives the id of what it left behind.
 *
 * @param {string} how - options of its spawn, as text
 */
async function leaveBehind(how) {
  const folder = mkdtempSync(join(tmpdir(), 'flovyn-child-'));
  const leaver = `const { pid } = require('node:child_process').spawn('sleep', ['60'], ${how});
    fs.writeFileSync('left', String(pid)); process.exit(5)`;
  const code = await launch(process.execPath, ['-e', leaver], { cwd: folder, env: process.env }).exited;
  const left = Number(readFileSync(join(folder, 'left'), 'utf8'));
  rmSync(folder, { recursive: true });
  return { code, left };
}

test('an end is an end, also when a grandchild holds on to the output', async () => {
  const { code, left } = await leaveBehind(`{ stdio: 'inherit', detached: true }`);
  expect(code).toBe(5);
  expect(isAlive(left)).toBe(true);
  process.kill(left);
});

test('what a child leaves behind in its group is asked to end with it', async () => {
  const { left } = await leaveBehind(`{ stdio: 'ignore' }`);
  await expect.poll(() => isAlive(left)).toBe(false);
});

test('a program that is not there ends with 127, as in a shell', async () => {
  expect(await launch('/no/such/program', [], options).exited).toBe(127);
});

test('a child that keeps dying is started again, each time a little later, until it is stopped', async () => {
  /** @type {number[]} */
  const at = [];
  const kept = keepRunning(
    'The child',
    () => {
      at.push(performance.now());
      return { pid: undefined, exited: Promise.resolve(1), stop: () => Promise.resolve(1) };
    },
    { firstPauseMs: 10, longestPauseMs: 40 },
  );
  await expect.poll(() => at.length).toBeGreaterThanOrEqual(5);
  await kept.stop();
  const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  expect(pauses[1]).toBeGreaterThanOrEqual(19);
  expect(pauses[3]).toBeGreaterThanOrEqual(39);
});
