// Holds the documents to the repository: every block of TypeScript compiles against the built packages, and every link to
// another place of the repository leads there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documents } from './documents.mjs';
import { extract } from './extract.mjs';
import { brokenLinks } from './links.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

const paths = documents(root);
const linksAreWhole = checkLinks();
const codeCompiles = checkCode();
process.exitCode = linksAreWhole && codeCompiles ? 0 : 1;

function checkLinks() {
  const repository = {
    /** @param {string} path */
    exists: (path) => existsSync(join(root, path)),
    /** @param {string} path */
    read: (path) => readFileSync(join(root, path), 'utf8'),
  };
  let broken = 0;
  for (const path of paths) {
    for (const { line, target, reason } of brokenLinks(path, repository)) {
      process.stderr.write(`${path}:${line}: the link to ${target} is broken: ${reason}.\n`);
      broken++;
    }
  }
  if (broken === 0) process.stdout.write(`The links of ${paths.length} documents lead somewhere.\n`);
  return broken === 0;
}

function checkCode() {
  rmSync(join(here, 'extracted'), { recursive: true, force: true });
  const counts = { documents: 0, reference: 0 };
  for (const path of paths) {
    // The examples of the reference are given some names; all other code stands alone.
    const part = path.startsWith('docs/reference/') ? 'reference' : 'documents';
    const target = join(here, 'extracted', part);
    mkdirSync(target, { recursive: true });
    for (const { line, language, module } of extract(readFileSync(join(root, path), 'utf8'))) {
      // The name leads back to the document, and the line in the message to the line in it.
      writeFileSync(join(target, `${path.replaceAll('/', '~')}.${line}.${language}`), module);
      counts[part]++;
    }
  }
  const statuses = ['tsconfig.extracted.json', 'tsconfig.reference.json'].map(
    (project) => spawnSync('tsc', ['-p', project], { cwd: here, stdio: 'inherit' }).status,
  );
  const isWhole = statuses.every((status) => status === 0);
  if (isWhole) {
    process.stdout.write(
      `The code compiles: ${counts.documents} blocks of documents, ${counts.reference} examples of the reference.\n`,
    );
  }
  return isWhole;
}
