// `pnpm check:arrows`: every package.json and every import against the plan of the house.
import { fileURLToPath } from 'node:url';
import { wrongArrows } from './arrows.js';
import { HOUSE } from './house.js';
import { readPackages } from './workspace.js';

const root = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const tools = Object.values(HOUSE).flatMap(({ folder }) => (folder.startsWith('tooling/') ? [folder] : []));
const packages = readPackages(root, tools);
const wrong = packages.flatMap(wrongArrows);

if (wrong.length > 0) {
  process.stderr.write(
    `${wrong.join('\n')}\n\nThe plan stands in tooling/house/house.ts; a new arrow is a new line there.\n`,
  );
  process.exitCode = 1;
} else {
  const imports = packages.flatMap(({ files }) => files.flatMap((file) => file.imports)).length;
  process.stdout.write(`${packages.length} packages and ${imports} imports keep to the plan of the house.\n`);
}
