import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { type Rollup, build } from 'vite';
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

describe('in a browser', () => {
  it('a module that uses only types costs nothing', async () => {
    expect((await bundle("import '@flovyn/events'; import '@flovyn/events/sse';")).code.trim()).toBe('');
  });

  it.each([
    [
      'matching',
      1.5,
      `export { match, matchPartial, byEntity, isTaskEvent, isWorkflowEvent, isTerminal, endsExecution, stateEventNames,
         stateEventEntity, lifecycleName } from '@flovyn/events';`,
    ],
    ['decoding', 3, "export { match, matchPartial, byEntity, decode, decodeFrame } from '@flovyn/events';"],
    [
      'reading a stream',
      5,
      `export { decode } from '@flovyn/events'; export { createSseDecoder, decodeMessage } from '@flovyn/events/sse';`,
    ],
  ])('%s fits into %f kB', async (_, budget, source) => {
    const { code } = await bundle(source);
    const size = gzipSync(code, { level: 9 }).length;
    expect(size).toBeGreaterThan(300);
    expect(size).toBeLessThanOrEqual(budget * 1000);
  });

  it('nothing but its own door reaches the test tools', async () => {
    for (const door of ['.', './schemas', './sse', './nats']) {
      const { modules } = await bundle(`export * from '@flovyn/events${door.slice(1)}';`);
      expect(modules.length).toBeGreaterThan(0);
      expect(modules.filter((id) => /dist\/(testing|order|contract)\//.test(id))).toEqual([]);
      expect(modules.filter((id) => /node:|zod\/v4\/classic/.test(id))).toEqual([]);
    }
  });
});

function fileOf(door: string): string {
  return door === '.' ? 'index' : door === './schemas' ? 'schemas' : `${door.slice(2)}/index`;
}

/** The source as a browser application's bundler makes it, from the published files. */
async function bundle(source: string): Promise<{ code: string; modules: string[] }> {
  const entry = join(root, 'application.js');
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: {
      alias: Object.keys(doors).map((door) => ({
        find: new RegExp(`^@flovyn/events${door.slice(1)}$`),
        replacement: join(root, 'dist', `${fileOf(door)}.js`),
      })),
    },
    plugins: [
      {
        name: 'application',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? { code: source, moduleSideEffects: true } : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  });
  const outputs = [built].flat() as Rollup.RollupOutput[];
  const chunks = outputs.flatMap(({ output }) => output).filter((file) => file.type === 'chunk');
  return {
    code: chunks.map(({ code }) => code).join('\n'),
    modules: chunks.flatMap((chunk) => chunk.moduleIds),
  };
}
