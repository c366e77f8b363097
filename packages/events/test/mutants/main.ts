// `events:mutants`: makes each mistake of the list, alone, and runs the tests that must notice it. Each is bundled with
// its tests into one file, and all files are one run of the test runner: a run for each would take minutes.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { build } from 'vite';
import { type TestModule, createVitest } from 'vitest/node';

import { type Mutant, mutants } from './mutants.js';
import { mutate, survivors } from './verdict.js';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'flovyn-mutants-'));
symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));

try {
  const suites = [...new Set(mutants.map(({ tests }) => tests))];
  for (const [index, suite] of suites.entries()) await bundle(suite, `control-${index}`);
  for (const [index, mutant] of mutants.entries()) await bundle(mutant.tests, `mutant-${index}`, mutant);

  const results = await run();
  const controls = suites.map((_, index) => results.get(`control-${index}`) ?? { run: 0, noticed: 0 });
  const faults = controls.every(({ run: ran, noticed }) => ran > 0 && noticed === 0)
    ? survivors(
        mutants.map((mutant, index) => ({ mutant, ...(results.get(`mutant-${index}`) ?? { run: 0, noticed: 0 }) })),
      )
    : ['The tests fail without any mistake: mend them first.'];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length === 0) process.stdout.write(`All of ${mutants.length} mistakes were noticed.\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Writes a suite with all it imports of this package, and the mistake in it, as one file. */
async function bundle(suite: string, name: string, mutant?: Mutant): Promise<void> {
  const mutated = mutant === undefined ? undefined : join(root, mutant.file);
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform: (source, id) => (id === mutated && mutant !== undefined ? mutate(mutant, source) : undefined),
      },
    ],
    build: {
      ssr: join(root, suite),
      outDir: scratch,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: `${name}.test.mjs` } },
    },
  });
}

/** How the tests of each file ended: how many ran, and how many failed. */
async function run(): Promise<ReadonlyMap<string, { readonly run: number; readonly noticed: number }>> {
  const vitest = await createVitest('test', {
    root: scratch,
    config: false,
    watch: false,
    include: ['*.test.mjs'],
    reporters: [{}],
    pool: 'threads',
    isolate: false,
    setupFiles: [join(import.meta.dirname, 'without-shrinking.ts')],
  });
  try {
    const { testModules } = await vitest.start();
    return new Map(testModules.map((module) => [basename(module.moduleId, '.test.mjs'), count(module)]));
  } finally {
    await vitest.close();
  }
}

/** A file that cannot even be loaded has noticed the mistake, too. */
function count(module: TestModule): { run: number; noticed: number } {
  const tests = [...module.children.allTests()];
  const unloaded = module.errors().length > 0 ? 1 : 0;
  return {
    run: tests.length + unloaded,
    noticed: tests.filter((test) => test.result().state === 'failed').length + unloaded,
  };
}
