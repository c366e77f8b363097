import { expect, test } from 'vitest';
import { extract } from './extract.mjs';

const document = [
  '# Title',
  '',
  '```ts',
  'const a = 1;',
  '```',
  '',
  '```sh',
  'npm start',
  '```',
  '<!-- given',
  'declare function b(): void;',
  '-->',
  '',
  '```tsx',
  'b();',
  '```',
  '',
].join('\n');

test('only blocks of TypeScript are taken, each with its place', () => {
  expect(extract(document).map(({ line, language }) => [line, language])).toEqual([
    [4, 'ts'],
    [15, 'tsx'],
  ]);
});

test('a module has its code, and what the code is given, on the lines of the document', () => {
  const [first, second] = extract(document).map(({ module }) => module.split('\n'));
  expect(first?.[3]).toBe('const a = 1;');
  expect(second?.[10]).toBe('declare function b(): void;');
  expect(second?.[14]).toBe('b();');
  expect(second?.filter((line) => line !== '')).toEqual(['declare function b(): void;', 'b();', 'export {};']);
});

test('a comment is given to the block that follows it, and to no other', () => {
  const text = '<!-- given\nlet a;\n-->\n\nBetween.\n\n```ts\na;\n```\n';
  expect(extract(text)[0]?.module.trim()).toBe('a;\n\nexport {};');
});

test('a declaration that is shown for reading is not taken', () => {
  expect(extract('```typescript\nclose(): void;\n```\n')).toEqual([]);
});
