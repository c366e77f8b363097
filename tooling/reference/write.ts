// Writes docs/reference from the docstrings; with `--check`, fails when it is not what they say.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences } from './compare.js';
import { writeReference } from './reference.js';

/** In the order in which a reader meets them: each may hand on what those after it describe. */
const PACKAGES = ['sdk', 'react', 'client', 'events'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const committed = join(root, 'docs/reference');
const isCheck = process.argv.includes('--check');
const target = isCheck ? mkdtempSync(join(tmpdir(), 'flovyn-reference-')) : committed;

const missing = await writeReference(target, {
  packages: PACKAGES.map((name) => join(root, 'packages', name)),
  front: readFileSync(new URL('front.md', import.meta.url), 'utf8'),
});
for (const name of missing) process.stderr.write(`${name} is public and has no docstring.\n`);

const stale = isCheck ? differences(committed, target) : [];
for (const name of stale) process.stderr.write(`docs/reference/${name} is not what the docstrings say.\n`);
if (stale.length > 0) process.stderr.write('Run `pnpm docs:reference`.\n');

if (isCheck) rmSync(target, { recursive: true });
if (missing.length > 0 || stale.length > 0) process.exitCode = 1;
