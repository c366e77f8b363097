import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changed, createCopy, dependants, hashes } from './plan.js';

const TASKS = ['build', 'contract', 'lint'];

/** The checks that read nothing of the event contract. */
const UNTOUCHED = ['@flovyn/protocol#generate', '@flovyn/protocol#proto:breaking'];

let copy: ReturnType<typeof createCopy>;
beforeAll(() => {
  copy = createCopy();
});
afterAll(() => copy.remove());

/** What a change to that file would run again. */
function reachedBy(file: string): { readonly again: readonly string[]; readonly kept: readonly string[] } {
  const before = hashes(copy.root, ...TASKS);
  appendFileSync(join(copy.root, file), '\n');
  const after = hashes(copy.root, ...TASKS);
  const again = changed(before, after);
  return { again, kept: [...after.keys()].filter((task) => !again.includes(task)) };
}

/** Every build of those who depend on a package. */
function buildsOf(name: string): readonly string[] {
  const builds = new Set(hashes(copy.root, 'build').keys());
  return dependants(copy.root, name)
    .map((one) => `${one}#build`)
    .filter((task) => builds.has(task));
}

test('where nothing has changed nothing runs again', () => {
  expect(changed(hashes(copy.root, ...TASKS), hashes(copy.root, ...TASKS))).toEqual([]);
});

test('a change to the contract builds all who depend on it and nobody else, and checks every promise that it can break', () => {
  const { again, kept } = reachedBy('packages/events/src/decode.ts');
  expect(again.filter((task) => task.endsWith('#build'))).toEqual(buildsOf('@flovyn/events'));
  expect(kept.filter((task) => !task.endsWith('#build'))).toEqual(UNTOUCHED);
});

test('a change to an example builds that one, and checks no promise of the contract', () => {
  const { again } = reachedBy('examples/tour/src/01-hello.ts');
  expect(again).toEqual(['//#lint', ...buildsOf('@flovyn/example-tour')]);
});

test('a golden sample or a changeset is read by the checks of the contract alone', () => {
  for (const file of ['packages/events/contract/golden/TASK_FAILED.1.json', '.changeset/README.md']) {
    const { again } = reachedBy(file);
    expect(again).toContain('@flovyn/events#events:compat');
    expect(again.filter((task) => !task.includes('#events:'))).toEqual([]);
  }
});
