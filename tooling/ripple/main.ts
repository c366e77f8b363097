// `events:ripple`: adds an event to a copy of the contract. Everybody who handles all events must stop compiling, and
// compile again once it has an answer.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.js';
import { type Consumer, exhaustiveConsumers } from './consumer.js';
import { createOverlay } from './overlay.js';
import { type Finding, forgetful, unlisted } from './verdict.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'flovyn-ripple-'));
try {
  const consumers = exhaustiveConsumers();
  const faults = [...unlisted(taggedFiles(), consumers), ...forgetful(await findAll(consumers))];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  else process.stdout.write(`A new event stops ${consumers.map((consumer) => consumer.package).join(', ')}.\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The contract first: all others read its declarations, which are written although it has an error itself. */
async function findAll(consumers: readonly Consumer[]): Promise<readonly Finding[]> {
  const overlay = createOverlay(root, scratch);
  const [contract, ...others] = consumers;
  if (contract?.package !== '@flovyn/events') throw new Error('The first consumer is the contract itself.');
  const events = overlay.folderOf(contract);
  const tsx = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist/cli.mjs');
  execFileSync(process.execPath, [tsx, 'src/contract/write.ts', 'tables'], { cwd: events });
  const added = await compile(events);

  const find = async (consumer: Consumer, known?: Finding['added']): Promise<Finding> => {
    overlay.add(consumer);
    const folder = overlay.folderOf(consumer);
    const before = known ?? (await compile(folder));
    overlay.answer(consumer);
    return { consumer, added: before, answered: await compile(folder, '--noEmit') };
  };
  return Promise.all([find(contract, added), ...others.map((consumer) => find(consumer))]);
}

/** The files that say they handle all events. */
function taggedFiles(): string[] {
  return ['packages', 'apps', 'examples']
    .flatMap((floor) => readdirSync(join(root, floor)).map((name) => `${floor}/${name}/src`))
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.tsx?$/.test(file))
        .map((file) => `${folder}/${file}`),
    )
    .filter((file) => readFileSync(join(root, file), 'utf8').includes('@exhaustive'));
}
