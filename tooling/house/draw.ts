// `pnpm draw:house`: prints the plan into ARCHITECTURE.md; with --check it only says whether that is up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { diagram, withDiagram } from './diagram.js';
import { HOUSE } from './house.js';

const root = new URL('../../', import.meta.url);
const file = new URL('ARCHITECTURE.md', root);
const isBuilt = (folder: string): boolean => existsSync(new URL(`${folder}/package.json`, root));
const before = readFileSync(file, 'utf8');
const after = withDiagram(before, diagram(HOUSE, isBuilt));

if (before === after) {
  process.stdout.write('The diagram in ARCHITECTURE.md shows the plan of the house.\n');
} else if (process.argv.includes('--check')) {
  process.stderr.write('The diagram in ARCHITECTURE.md is out of date: run `pnpm draw:house`.\n');
  process.exitCode = 1;
} else {
  writeFileSync(file, after);
}
