import { parseArgs } from 'node:util';
import { FLOORS } from '../house/house.js';
import { type Files, openFiles } from './files.js';
import { Refusal } from './refusal.js';
import type { Report } from './report.js';
import { insertAfter } from './source.js';
import type { Asker } from './terminal.js';
import { mustRun } from './tools.js';
import { toSentence } from './words.js';

interface NewPackage {
  readonly name: string;
  readonly folder: string;
  readonly floor: string;
  readonly isPublic: boolean;
  readonly doc: string;
}

/** `pnpm new package`: a room of the house that builds at once. */
export async function newPackage(root: string, args: readonly string[], asker: Asker): Promise<Report> {
  const { values: said } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      floor: { type: 'string' },
      public: { type: 'boolean' },
      doc: { type: 'string' },
    },
  });
  const name = said.name ?? (await asker.ask('Name, without @flovyn/:', '--name NAME'));
  const floor = said.floor ?? (await asker.ask(`Floor: ${FLOORS.join(', ')}?`, '--floor FLOOR'));
  const files = openFiles(root);
  const written = writePackage(files, { name, floor, isPublic: said.public ?? false, doc: said.doc });
  const { folder } = written;
  const paths = files.save();
  // Links the package to the others; what it needs is in the store already.
  await mustRun(root, '.', 'pnpm', 'install', '--prefer-offline');
  await mustRun(root, '.', 'oxfmt', folder, 'tooling/house/house.ts');
  await mustRun(root, '.', 'tsx', 'tooling/house/draw.ts');
  await mustRun(root, '.', 'turbo', 'run', 'build', 'typecheck', 'test', `--filter=./${folder}`);
  return {
    written: paths,
    places: [],
    remarks: [
      `tooling/house/house.ts: which other rooms ${written.name} may import.`,
      `${folder}/README.md: what it gives, and an example that compiles.`,
    ],
  };
}

/**
 * Writes the files of a package and its line in the plan of the house.
 *
 * @throws {Refusal} for a name that is taken or badly formed, and a floor that the house does not have.
 */
export function writePackage(
  files: Files,
  { name, floor, isPublic, doc }: Pick<NewPackage, 'name' | 'floor' | 'isPublic'> & { doc: string | undefined },
): NewPackage {
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) {
    throw new Refusal(
      `"${name}" is no name of a package. Say it in kebab-case and without a scope, such as retention.`,
    );
  }
  if (!FLOORS.some((one) => one === floor)) {
    throw new Refusal(`The house has no floor "${floor}". Say one of ${FLOORS.join(', ')}, from the ground up.`);
  }
  const parent = floor === 'roof' ? 'apps' : floor === 'beside' ? 'tooling' : 'packages';
  const made: NewPackage = {
    name: `@flovyn/${name}`,
    folder: `${parent}/${name}`,
    floor,
    isPublic,
    doc: doc ?? `${toSentence(name)} of Flovyn.`,
  };
  if (files.read('tooling/house/house.ts').includes(`'${made.name}': {`)) {
    throw new Refusal(`${made.name} is in the plan of the house already. Choose another name.`);
  }
  for (const [path, text] of Object.entries(templates(made))) files.create(`${made.folder}/${path}`, text);
  const room = `\n  '${made.name}': { folder: '${made.folder}', floor: '${floor}', ours: [], others: [] },`;
  files.edit('tooling/house/house.ts', (text) =>
    insertAfter(text, 'export const HOUSE: Readonly<Record<string, Room>> = {', room),
  );
  return made;
}

function templates({ name, isPublic, doc }: NewPackage): Readonly<Record<string, string>> {
  const manifest = {
    name,
    version: '0.0.0',
    ...(isPublic ? {} : { private: true }),
    description: doc,
    license: 'Apache-2.0',
    files: ['dist'],
    type: 'module',
    sideEffects: false,
    exports: {
      '.': { '@flovyn/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    scripts: { build: 'tsc -b tsconfig.json', typecheck: 'tsc -p tsconfig.test.json', test: 'vitest run' },
    devDependencies: { '@types/node': 'catalog:', typescript: 'catalog:', vitest: 'catalog:' },
    engines: { node: '>=20.19' },
  };
  const base = '../../tooling/tsconfig/library.json';
  const source = {
    extends: base,
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
    include: ['src'],
    exclude: ['src/**/*.test.ts', 'src/**/*.test-d.ts'],
    references: [],
  };
  const tests = {
    extends: base,
    compilerOptions: { composite: false, incremental: false, noEmit: true, rootDir: '../..' },
    include: ['src', 'test'],
    references: [],
  };
  return {
    'package.json': json(manifest),
    'tsconfig.json': json(source),
    'tsconfig.test.json': json(tests),
    'vitest.config.ts': `import { defineProject } from '../../vitest.shared.js';\n\nexport default defineProject();\n`,
    'README.md': `# ${name}\n\n${doc}\n`,
    'src/index.ts': `/** The name of this package. */\nexport const PACKAGE_NAME = '${name}';\n`,
    'src/index.test.ts': `import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { PACKAGE_NAME } from './index.js';

test('the package goes by its name', () => {
  expect(PACKAGE_NAME).toBe(manifest.name);
});
`,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
