import { expect, test } from 'vitest';
import { brokenLinks } from './links.mjs';

/** @param {Readonly<Record<string, string>>} files */
function repository(files) {
  return {
    /** @param {string} path */
    exists: (path) => path in files || Object.keys(files).some((name) => name.startsWith(`${path}/`)),
    /** @param {string} path */
    read: (path) => files[path] ?? '',
  };
}

/**
 * @param {string} text
 * @param {Readonly<Record<string, string>>} [others]
 */
const targetsOf = (text, others = {}) =>
  brokenLinks('docs/a.md', repository({ 'docs/a.md': text, ...others })).map(({ target }) => target);

test('a link to a file or a folder that is there is whole', () => {
  const others = { 'docs/b.md': '', 'README.md': '', 'examples/x/README.md': '' };
  expect(
    targetsOf(
      '[b](b.md) [home](../README.md) [all](../examples) [site](https://example.com) [mail](mailto:a@b)',
      others,
    ),
  ).toEqual([]);
});

test('a link to a file that is not there is broken, and so is one out of the repository', () => {
  expect(brokenLinks('docs/a.md', repository({ 'docs/a.md': 'one\n[b](b.md)' }))).toEqual([
    { line: 2, target: 'b.md', reason: 'there is no docs/b.md' },
  ]);
  expect(targetsOf('[x](../../etc/passwd)')).toEqual(['../../etc/passwd']);
});

test('a heading must be there, in this document or another', () => {
  const others = { 'docs/b.md': '# The `end` frame\n\n## Twice\n\n## Twice\n' };
  expect(targetsOf('## Here\n[here](#here) [b](b.md#the-end-frame) [second](b.md#twice-1)', others)).toEqual([]);
  expect(targetsOf('[gone](#gone) [b](b.md#nothing)', others)).toEqual(['#gone', 'b.md#nothing']);
});

test('code has no links and no headings', () => {
  expect(targetsOf('`[a](gone.md)`\n```sh\n[b](gone.md)\n# here\n```\n[c](#here)')).toEqual(['#here']);
});
