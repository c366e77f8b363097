import { build } from 'vite';
import { describe, expect, it } from 'vitest';

import { overBudget } from '../../../tooling/testing/bundle.js';

/** The minified bundle, for a browser, of an application that uses only these exports. */
async function bundle(module: string, ...names: readonly string[]): Promise<string> {
  const entry = '\0application';
  const code = `export { ${names.join(', ')} } from ${JSON.stringify(module)};`;
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname,
    resolve: { conditions: ['@flovyn/source', 'browser', 'import'] },
    plugins: [
      {
        name: 'application',
        // What the application imports is looked for from here, as this package's own code does.
        resolveId(id, importer) {
          return id === entry ? id : importer === entry ? this.resolve(id, import.meta.filename) : undefined;
        },
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  });
  const [output] = [result].flat();
  if (output === undefined || !('output' in output)) throw new Error('vite built nothing');
  return output.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n');
}

const door = '../src/index.js';

describe('what a browser loads', () => {
  it('is at most 10 kB for the stream reader, with the contract it decodes', async () => {
    const code = await bundle(door, 'createOrigin', 'streamExecution');
    expect(overBudget('The stream reader', { code }, 10_000)).toEqual([]);
  });

  // 0.2 kB of it say that an address or a cursor is none, which would otherwise look like a server that does not answer.
  it('is at most 19.7 kB for everything: REST, streams, the view, and the validators of answers', async () => {
    const code = await bundle(door, 'createClient', 'foldLiveView', 'emptyLiveView');
    expect(overBudget('The whole client', { code }, 19_700)).toEqual([]);
  });

  it('is nothing that only Node has', async () => {
    const code = await bundle(door, 'createClient', 'foldLiveView');
    expect(code).not.toMatch(/node:|__vite-browser-external|\bprocess\.|\bBuffer\b|require\(/);
  });
});
