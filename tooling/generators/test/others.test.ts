import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFiles } from '../files.js';
import { newAdr } from '../new-adr.js';
import { writePackage } from '../new-package.js';
import { newTask } from '../new-task.js';
import { createAsker } from '../terminal.js';
import { mustRun, run } from '../tools.js';
import { createScratch } from './scratch.js';

/** What the SDK reads when its source is run. */
const READ = ['packages/client', 'packages/engine', 'packages/events', 'packages/protocol'];

let scratch: ReturnType<typeof createScratch>;
beforeAll(() => {
  scratch = createScratch(['examples/standalone-tasks', 'packages/sdk', ...READ]);
});
afterAll(() => scratch.remove());

const read = (path: string): string => readFileSync(join(scratch.root, path), 'utf8');

test('a package compiles, its test passes, and it stands in the plan of the house', async () => {
  const files = openFiles(scratch.root);
  const { folder } = writePackage(files, { name: 'shelf', floor: 'decisions', isPublic: false, doc: undefined });
  files.save();
  // What an installation would do.
  mkdirSync(join(scratch.root, folder, 'node_modules'));
  for (const name of ['@types', 'vitest', 'typescript']) {
    symlinkSync(join(scratch.root, 'node_modules', name), join(scratch.root, folder, 'node_modules', name));
  }
  await mustRun(scratch.root, folder, 'tsc', '-b', 'tsconfig.json');
  await mustRun(scratch.root, folder, 'tsc', '-p', 'tsconfig.test.json');
  await mustRun(scratch.root, folder, 'vitest', 'run');
  expect(await mustRun(scratch.root, '.', 'tsx', 'tooling/house/check-arrows.ts')).not.toContain('shelf');
  await mustRun(scratch.root, '.', 'tsx', 'tooling/house/draw.ts');
  expect(read('ARCHITECTURE.md')).toContain('shelf');
});

test('a task compiles and its test passes', async () => {
  const { written } = await newTask(scratch.root, ['--name', 'sort-letters'], createAsker());
  expect(written).toEqual([
    'examples/standalone-tasks/src/sort-letters.test.ts',
    'examples/standalone-tasks/src/sort-letters.ts',
  ]);
  const { code, said } = await run(scratch.root, 'examples/standalone-tasks', 'vitest', 'run', 'sort-letters');
  expect(code, said).toBe(0);
  await mustRun(scratch.root, '.', 'oxfmt', '--check', ...written);
});

test('a decision has the next number', async () => {
  const args = ['--title', 'Rooms have shelves'];
  const [first = ''] = (await newAdr(scratch.root, args, createAsker())).written;
  const [second = ''] = (await newAdr(scratch.root, args, createAsker())).written;
  expect(first).toMatch(/^docs\/adr\/\d{4}-rooms-have-shelves\.md$/);
  const numberOf = (path: string): number => Number(path.slice('docs/adr/'.length, 'docs/adr/'.length + 4));
  expect(numberOf(second)).toBe(numberOf(first) + 1);
  expect(read(first)).toMatch(/^# \d{4} Rooms have shelves$/m);
});

test.each([
  [{ name: 'sdk', floor: 'doors' }, /is in the plan of the house already/],
  [{ name: 'Shelf', floor: 'doors' }, /kebab-case/],
  [{ name: 'shelf-two', floor: 'cellar' }, /no floor "cellar"\. Say one of words, decisions/],
])('a package that cannot be is refused: %j', (said, why) => {
  expect(() => writePackage(openFiles(scratch.root), { ...said, isPublic: false, doc: undefined })).toThrow(why);
});

test('a task is written where the SDK is, and never over another', async () => {
  const make = (...args: string[]) => newTask(scratch.root, args, createAsker());
  await expect(make('--name', 'a', '--in', 'tooling/house')).rejects.toThrow('Say --in with one that does');
  await expect(make('--name', 'dataset')).rejects.toThrow('examples/standalone-tasks/src/dataset.ts exists already');
});
