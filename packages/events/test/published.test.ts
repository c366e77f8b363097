import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import * as front from '../src/index.js';
import * as nats from '../src/nats/index.js';
import * as schemas from '../src/schemas.js';
import * as sse from '../src/sse/index.js';
import * as testing from '../src/testing/index.js';

const root = join(import.meta.dirname, '..');
const doors = { '.': front, './schemas': schemas, './sse': sse, './nats': nats, './testing': testing };

beforeAll(() => {
  if (!existsSync(join(root, 'dist/cjs/package.json'))) throw new Error('Build the package before these tests.');
});

describe('the doors', () => {
  const require = createRequire(import.meta.url);
  const files = Object.keys(doors).map((door) => [door, `${fileOf(door)}.js`] as const);

  it.each(files)('%s opens to import and to require, onto the same names', async (door, file) => {
    const names = Object.keys(doors[door as keyof typeof doors]).toSorted();
    const imported: object = await import(pathToFileURL(join(root, 'dist', file)).href);
    expect(Object.keys(imported).toSorted()).toEqual(names);
    const required: object = require(join(root, 'dist/cjs', file));
    expect(Object.keys(required).toSorted()).toEqual(names);
  });

  it('a decoder of the other module system takes the same event', () => {
    const { decode } = require(join(root, 'dist/cjs/index.js')) as typeof front;
    const event = testing.sampleEvent('TASK_CREATED');
    expect(decode(event)).toEqual({ ok: true, event });
  });
});

function fileOf(door: string): string {
  return door === '.' ? 'index' : door === './schemas' ? 'schemas' : `${door.slice(2)}/index`;
}
