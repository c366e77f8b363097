import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/**
 * How many types the compiler makes out of generic ones to check a source: its cost, counted so that it is the same on
 * every machine. Throws when the source does not compile.
 *
 * @param paths - the declarations behind each import the source may make.
 */
export function instantiationsOf(source: string, paths: Readonly<Record<string, string>>): number {
  const folder = mkdtempSync(join(tmpdir(), 'flovyn-type-cost-'));
  try {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'nodenext',
      types: [],
      paths: Object.fromEntries(Object.entries(paths).map(([door, file]) => [door, [file]])),
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['a.ts'] }));
    writeFileSync(join(folder, 'a.ts'), source);
    const { status, stdout } = spawnSync(process.execPath, [tsc, '--extendedDiagnostics'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const count = /^Instantiations:\s+(\d+)/m.exec(stdout)?.[1];
    if (status !== 0 || count === undefined) throw new Error(`The compiler said: ${stdout}`);
    return Number(count);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Says by how much a source is dearer to check than promised; empty when it is not. */
export function tooDear(what: string, instantiations: number, budget: number): readonly string[] {
  return instantiations <= budget
    ? []
    : [`${what} costs the type checker ${instantiations} instantiations; everybody was promised ${budget}.`];
}
