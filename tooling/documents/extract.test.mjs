import { expect, test } from 'vitest';
import { extract, toModule } from './extract.mjs';

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
  '```ts',
  'b();',
  '```',
  '',
];

test('only blocks of TypeScript are taken, each with its place', () => {
  expect(extract(document.join('\n'))).toEqual([
    { line: 4, code: 'const a = 1;\n' },
    { line: 11, code: 'b();\n' },
  ]);
});

test('a module has its code on the lines of the document', () => {
  const [, second] = extract(document.join('\n')).map((block) => toModule(block).split('\n'));
  expect(second?.[10]).toBe('b();');
});
