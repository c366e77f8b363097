// `pnpm new event|package|task|adr`: writes what is the same each time, and says what is left to do.
import { fileURLToPath } from 'node:url';
import { newAdr } from './new-adr.js';
import { newEvent } from './new-event/index.js';
import { newPackage } from './new-package.js';
import { newTask } from './new-task.js';
import { Refusal } from './refusal.js';
import type { Report } from './report.js';
import { HELP, inWords } from './says.js';
import { type Asker, createAsker } from './terminal.js';

const GENERATORS: Readonly<Record<string, (root: string, args: readonly string[], asker: Asker) => Promise<Report>>> = {
  event: newEvent,
  package: newPackage,
  task: newTask,
  adr: newAdr,
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const [what, ...args] = process.argv.slice(2);
const generator = what === undefined || !Object.hasOwn(GENERATORS, what) ? undefined : GENERATORS[what];

if (generator === undefined || args.includes('--help')) {
  const isHelpWanted = what === undefined || process.argv.includes('--help');
  (isHelpWanted ? process.stdout : process.stderr).write(isHelpWanted ? HELP : `There is no "${what}".\n\n${HELP}`);
  if (!isHelpWanted) process.exitCode = 1;
} else {
  const asker = createAsker();
  const startedAt = performance.now();
  try {
    process.stdout.write(inWords(await generator(root, args, asker), performance.now() - startedAt));
  } catch (error: unknown) {
    if (!(error instanceof Refusal) && !isBadOption(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  } finally {
    asker.close();
  }
}

/** What `parseArgs` of Node refuses; it says which option it was. */
function isBadOption(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
