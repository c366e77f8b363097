import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeclarationReflection } from 'typedoc';
import { undocumented } from './docstrings.js';
import { entriesOf } from './entries.js';
import { Links } from './links.js';
import { readModel } from './model.js';
import { pageOf } from './page.js';
import { Places, fileOf } from './places.js';
import { lineOf } from './words.js';

const FORMAT = fileURLToPath(new URL('../../.oxfmtrc.json', import.meta.url));

/** What a reference is made of. */
export interface ReferenceParts {
  /** The folders of the packages, in the order in which a reader meets them. */
  readonly packages: readonly string[];
  /** What the front page says; `<!-- entries -->` stands for the table of entries. */
  readonly front: string;
}

/**
 * Writes the pages of some packages, and a front page, into a folder that then has nothing else.
 *
 * @returns the public names without a docstring.
 * @throws {Error} when the packages cannot be read, or the pages not be formatted.
 */
export async function writeReference(folder: string, { packages, front }: ReferenceParts): Promise<string[]> {
  const entries = packages.map(entriesOf);
  // What a package hands on from another one is described there: those at the bottom are read first.
  const model = await readModel(entries.toReversed().flat());
  const places = new Places(model.project);
  const modules = entries
    .flat()
    .flatMap(({ name }) => model.project.children?.filter((each) => each.name === name) ?? []);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const module of modules) {
    writeFileSync(join(folder, fileOf(module.name)), `${pageOf(module, model, new Links(module, places))}\n`);
  }
  writeFileSync(join(folder, 'README.md'), front.replace('<!-- entries -->', tableOf(modules, places)));
  format(folder);
  return undocumented(model);
}

function tableOf(modules: readonly DeclarationReflection[], places: Places): string {
  const rows = modules.map((module) => {
    const words = lineOf(module.comment?.summary ?? [], new Links(module, places));
    // The rest is on its page.
    const [first = ''] = /^.*?\.(?= |$)/.exec(words) ?? [words];
    return `| [\`${module.name}\`](${fileOf(module.name)}) | ${first} |`;
  });
  return ['| Import | Gives |', '| --- | --- |', ...rows].join('\n');
}

/** The formatter of the repository: it also lays out the examples, which stand in docstrings as their authors like. */
function format(folder: string): void {
  const { status, stderr } = spawnSync('oxfmt', ['--config', FORMAT, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`oxfmt could not format ${folder}: ${stderr}`);
}
