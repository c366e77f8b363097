import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { disagreements } from './agreement.js';
import { readScenario } from './scenario.js';

const HELP = `Replays a corpus of recorded histories and says where this package does not agree with it.

  pnpm --filter @flovyn/sdk corpus <folder> [<folder> ...]

Each *.json file is one scenario; the format stands in docs/guides/replay-corpus.md. Ends with 1 when one does not agree, and with
2 when there is none.
`;

async function judge(path: string): Promise<readonly string[]> {
  try {
    return await disagreements(readScenario(readFileSync(path, 'utf8'), basename(path, '.json')));
  } catch (error) {
    return [`cannot be run: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function main(folders: readonly string[]): Promise<number> {
  // Given by hand, a path is meant from where the command was typed.
  const here = process.env['INIT_CWD'] ?? process.cwd();
  const paths = folders.flatMap((folder) => {
    const at = folder.startsWith('/') ? folder : join(here, folder);
    const files = readdirSync(at, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.json')).map((file) => join(at, file));
  });
  let failed = 0;
  for (const path of paths.toSorted()) {
    const wrong = await judge(path);
    if (wrong.length > 0) failed += 1;
    process.stdout.write(`${wrong.length === 0 ? 'agrees  ' : 'DIFFERS '} ${basename(path)}\n`);
    for (const line of wrong) process.stdout.write(`         ${line}\n`);
  }
  process.stdout.write(`${paths.length - failed} agree, ${failed} differ\n`);
  if (paths.length === 0) return 2;
  return failed === 0 ? 0 : 1;
}

const folders = process.argv.slice(2).filter((word) => word !== '--');
if (folders.length === 0 || folders.includes('--help')) {
  process.stdout.write(HELP);
  process.exitCode = folders.length === 0 ? 2 : 0;
} else {
  process.exitCode = await main(folders);
}
