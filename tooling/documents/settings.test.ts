import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FileSchema } from '../../apps/server/src/config/schema.js';

const page = readFileSync(new URL('../../docs/guides/configure-the-server.md', import.meta.url), 'utf8');

/** As much of a JSON Schema as says which keys there are. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

interface Setting {
  readonly key: string;
  /** What each entry of a list has; such a setting has no variable. */
  readonly members: readonly string[];
}

function settingsOf({ properties, items }: Shape, path: readonly string[] = []): Setting[] {
  if (properties === undefined) return [{ key: path.join('.'), members: Object.keys(items?.properties ?? {}) }];
  return Object.entries(properties).flatMap(([name, shape]) => settingsOf(shape, [...path, name]));
}

/** The first two columns of the table; a row for both doors stands for one of each. */
function rowsOf(section: string): { key: string; variable: string | undefined }[] {
  return [...section.matchAll(/^\| `([^`]+)` +\| (?:`([^`]+)`)?/gm)].flatMap(([, key = '', variable]) =>
    key.includes('<door>')
      ? ['http', 'grpc'].map((door) => ({
          key: key.replace('<door>', door),
          variable: variable?.replace('HTTP', door.toUpperCase()),
        }))
      : [{ key, variable }],
  );
}

const settings = settingsOf(FileSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Shape);
const rows = rowsOf(page.split('\n## ').find((section) => section.startsWith('Every key')) ?? '');

test('the page has every key of the configuration, and no other', () => {
  expect(rows.map(({ key }) => key).toSorted()).toEqual(settings.map(({ key }) => key).toSorted());
});

test('each key stands beside its variable; a list has none, and its members are shown', () => {
  const variables = new Map(rows.map(({ key, variable }) => [key, variable]));
  const samples = [...page.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, sample]) => sample).join('\n');
  for (const { key, members } of settings) {
    const variable = members.length > 0 ? undefined : key.toUpperCase().replaceAll('.', '__');
    expect(variables.get(key), key).toBe(variable);
    for (const member of members) expect(samples, `${key}: ${member}`).toMatch(new RegExp(`\\b${member} =`));
  }
});
