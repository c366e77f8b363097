// The way in; tooling/bootstrap.mjs only leads here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { olderThan } from './node-version.mjs';
import { Refusal } from './refusal.mjs';
import { askedToStop } from './shutdown.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const commands = ['start', 'test', 'dev'];
const stopping = askedToStop();

try {
  process.exitCode = await main();
} catch (error) {
  // Asked to stop while installing or building: there is nothing to add.
  if (stopping.aborted) process.exit(130);
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`\n${error.message}\n\n`);
  process.exit(1);
}

async function main() {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (olderThan(process.versions.node, engines.node)) {
    throw new Refusal(`Flovyn needs Node ${engines.node}, this is ${process.versions.node}: see https://nodejs.org.`);
  }
  const [name = '', ...args] = process.argv.slice(2);
  if (!commands.includes(name)) throw new Refusal(`Usage: node tooling/bootstrap.mjs <${commands.join('|')}>`);
  const { run } = await import(`./${name}.mjs`);
  return run({ root, args, env: process.env, stopping });
}
