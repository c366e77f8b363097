import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { progressLine, summaryOf } from './report.js';
import { run } from './run.js';

// `pnpm chaos`: what it takes and what it gives stands in the README.

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    executions: { type: 'string', default: '200' },
    keep: { type: 'boolean', default: false },
  },
});
const minutes = numberOf('minutes', values.minutes);
const executions = numberOf('executions', values.executions);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const command = `pnpm chaos --minutes ${minutes} --seed ${seed} --executions ${executions} --keep`;

say(`seed ${seed}: ${minutes} min, ${executions} executions at a time`);
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted: nothing was judged')));
const outcome = await run({
  minutes,
  seed,
  executions,
  signal: interrupted.signal,
  onProgress: (progress) => say(progressLine(progress)),
});
say(summaryOf(outcome, command));
const isWhole = outcome.violations.length === 0;
if (isWhole && !values.keep) rmSync(outcome.folder, { recursive: true, force: true });
else say(`Kept: ${outcome.folder}`);
process.exitCode = isWhole ? 0 : 1;

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above 0, not ${text}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
