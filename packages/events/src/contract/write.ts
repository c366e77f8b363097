import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { buildContract, buildGolden, buildTables } from './build.js';

// Run in the package's directory, twice: the documents are made with the tables, so these must be written before.
const [what] = process.argv.slice(2);
if (what === 'tables') write(buildTables());
else if (what === 'documents') write(new Map([...buildContract(), ...missing(buildGolden())]));
else throw new Error('Say what to write: tables or documents.');

function write(files: Map<string, string>): void {
  for (const [path, text] of files) {
    const target = join(process.cwd(), path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

function missing(files: Map<string, string>): Map<string, string> {
  return new Map([...files].filter(([path]) => !existsSync(join(process.cwd(), path))));
}
