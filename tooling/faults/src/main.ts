import { rmSync } from 'node:fs';
import { type Asked, USAGE, UsageError, readArguments } from './arguments.js';
import { progressLine, summaryOf } from './report.js';
import { run } from './run.js';

// `pnpm chaos`: what it takes and what it gives stands in the README.

const asked = read(process.argv.slice(2));
if (asked === undefined) process.exit(process.exitCode);
const { minutes, seed, executions } = asked;
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
if (isWhole && !asked.isKept) rmSync(outcome.folder, { recursive: true, force: true });
else say(`Kept: ${outcome.folder}`);
// All is closed; what the readers' connections keep open would hold the process for a while.
process.exit(isWhole ? 0 : 1);

/** What was asked for; when there is nothing to run, that was said and the exit status is set. */
function read(words: readonly string[]): Asked | undefined {
  try {
    const found = readArguments(words);
    if (found === undefined) process.stdout.write(USAGE);
    return found;
  } catch (error: unknown) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n${error.showsUsage ? `\n${USAGE}` : ''}`);
    process.exitCode = 2;
    return undefined;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
