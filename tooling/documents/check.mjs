// Compiles every block of TypeScript in README.md, docs/ and the READMEs of the examples against the built packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract, toModule } from './extract.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(here, 'extracted');

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
let count = 0;
for (const document of documents()) {
  for (const block of extract(readFileSync(join(root, document), 'utf8'))) {
    // The name leads back to the document, and the line in the message to the line in it.
    writeFileSync(join(target, `${document.replaceAll('/', '~')}.${block.line}.ts`), toModule(block));
    count++;
  }
}
const { status } = spawnSync('tsc', ['-p', 'tsconfig.extracted.json'], { cwd: here, stdio: 'inherit' });
if (status === 0) process.stdout.write(`The code in the documents compiles: ${count} blocks.\n`);
process.exitCode = status ?? 1;

function documents() {
  const examples = readdirSync(join(root, 'examples')).map((name) => `examples/${name}/README.md`);
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
  return ['README.md', 'CONTRIBUTING.md', ...docs.filter((path) => path.endsWith('.md')), ...examples].filter((path) =>
    existsSync(join(root, path)),
  );
}
