import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { differences } from './compare.js';
import { writeReference } from './reference.js';

const place = mkdtempSync(join(tmpdir(), 'flovyn-reference-test-'));
const shop = join(place, 'shop');
const parts = { packages: [shop], front: '# Front\n\n<!-- entries -->\n' };
const page = (folder: string, name: string): string => readFileSync(join(place, folder, name), 'utf8');

/** Writes the reference of the shop as it is now. */
const write = (folder: string): Promise<string[]> => writeReference(join(place, folder), parts);

function change(from: string, to: string): void {
  const path = join(shop, 'shop.d.ts');
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

beforeAll(() => cpSync(fileURLToPath(new URL('fixture/shop', import.meta.url)), shop, { recursive: true }));
afterAll(() => rmSync(place, { recursive: true }));

describe('the pages', () => {
  let missing: string[] = [];
  beforeAll(async () => {
    missing = await write('pages');
  }, 60_000);

  test('the front page names every entry with the first words of its docstring', () => {
    expect(page('pages', 'README.md').replace(/ +/g, ' ')).toContain(
      '| [`@flovyn/shop/till`](shop-till.md) | Counts money. |',
    );
  });

  test('a function has its signature, its words, its errors and its example, laid out as code is', () => {
    expect(page('pages', 'shop.md')).toContain(
      [
        '### sell()',
        '',
        '```typescript',
        'function sell<Thing>(',
        '  price: Price,',
        '  thing: Thing,',
        '  options?: {',
        '    readonly isWrapped?: boolean | undefined;',
        '  },',
        '): number;',
        '```',
        '',
        'Sells a thing; see [`Shop.close`](#close).',
        '',
        '- `price`: at least 1.',
        '',
        'Returns the change.',
        '',
        'Throws:',
        '',
        '- [`ShopClosed`](#shopclosed) at night.',
        '',
        '```ts',
        "import { sell } from '@flovyn/shop';",
        '',
        "sell({ cents: 5 }, 'a thing');",
        '```',
        '',
        'See [docs/README.md](../README.md).',
        '',
        'Types: [`Price`](#price)',
      ].join('\n'),
    );
  });

  test('an interface has a table of its properties; what is internal is not among them', () => {
    const table = page('pages', 'shop.md').replace(/ +/g, ' ');
    expect(table).toContain('| `cents` | `number` | Hundredths, \\| included. |');
    expect(table).toContain('| `colour?` | [`Colours`](#colours) | Of the thing; all when absent. |');
    expect(table).not.toContain('secret');
  });

  test('what a class has from elsewhere is said there', () => {
    const text = page('pages', 'shop.md');
    expect(text).toContain('class Shop<Thing> implements Open\n');
    expect(text).toContain('#### new Shop()');
    expect(text.match(/#### isOpen\(\)/g)).toHaveLength(1);
    expect(text.slice(text.indexOf('## Errors'))).toContain('class ShopClosed extends Error\n');
  });

  test('a type made of a value is shown as what it comes to', () => {
    expect(page('pages', 'shop.md')).toContain("type Colours = 'red' | 'blue';");
  });

  test('an entry links to what another one describes', () => {
    const till = page('pages', 'shop-till.md');
    expect(till).toContain('What a [`Price`](shop.md#price) is in words.');
    expect(till).toContain('- Described elsewhere: [`Price`](shop.md#price)');
  });

  test('every public name has a docstring', () => {
    expect(missing).toEqual([]);
  });
});

describe('the check', () => {
  test('the same docstrings give the same pages', async () => {
    await write('first');
    await write('second');
    expect(differences(join(place, 'first'), join(place, 'second'))).toEqual([]);
  }, 60_000);

  test('a changed docstring, and nothing else, makes its page stale', async () => {
    await write('before');
    change('Sells a thing;', 'Sells it;');
    await write('after');
    expect(differences(join(place, 'before'), join(place, 'after'))).toEqual(['shop.md']);
  }, 60_000);

  test('a page too few and a page too many are differences', async () => {
    await write('whole');
    await write('other');
    rmSync(join(place, 'other/shop-till.md'));
    writeFileSync(join(place, 'other/old.md'), '');
    expect(differences(join(place, 'whole'), join(place, 'other'))).toEqual(['old.md', 'shop-till.md']);
  }, 60_000);

  test('an export and a member without a docstring are named', async () => {
    change('/** What something costs. */\n', '');
    change('/** Hundredths, | included. */', '');
    expect(await write('undocumented')).toEqual(['@flovyn/shop.Price', '@flovyn/shop.Price.cents']);
  }, 60_000);

  test('a link to what is not in the reference is refused', async () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    change('see {@link Shop.close}', 'see {@link Shelf}');
    await expect(write('broken')).rejects.toThrow('not in order');
    expect(said.mock.calls.join('\n')).toContain('Shelf');
    said.mockRestore();
  }, 60_000);
});
