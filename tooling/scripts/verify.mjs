// `pnpm verify`: everything CI checks, cheapest first; stops at the first failure and says what to do.
// `--except tests` leaves steps out, by name.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../bootstrap/environment.mjs';
import { install } from '../bootstrap/install.mjs';

/** @type {{ name: string, command: string[], advice: string }[]} */
const STEPS = [
  { name: 'format', command: ['oxfmt', '--check'], advice: 'Run `pnpm format`.' },
  {
    name: 'arrows',
    command: ['tsx', 'tooling/house/check-arrows.ts'],
    advice: 'Import from a lower floor, or change the plan.',
  },
  { name: 'diagram', command: ['tsx', 'tooling/house/draw.ts', '--check'], advice: 'Run `pnpm draw:house`.' },
  {
    name: 'proto',
    command: ['pnpm', '--filter', '@flovyn/protocol', 'lint:proto'],
    advice: 'The rules stand in proto/buf.yaml.',
  },
  { name: 'build', command: ['turbo', 'run', 'build', ...quiet()], advice: 'Mend the type error above.' },
  // After the build: the type-aware rules read the declarations of other packages.
  {
    name: 'lint',
    command: ['turbo', 'run', 'lint', ...quiet()],
    advice: '`pnpm lint --fix` mends some of it.',
  },
  { name: 'types', command: ['turbo', 'run', 'typecheck', ...quiet()], advice: 'Mend the type error above.' },
  {
    // Before the tests, which take longer and find these results kept.
    name: 'contract',
    command: ['turbo', 'run', 'contract', '--continue=dependencies-successful', ...quiet()],
    advice: 'The name of the task says which promise of the event contract broke: docs/guides/event-contract.md.',
  },
  {
    name: 'tests',
    command: ['node', 'tooling/bootstrap.mjs', 'test'],
    advice: 'Run one package alone: cd packages/x && vitest.',
  },
  {
    name: 'exports',
    command: ['node', 'tooling/scripts/check-exports.mjs'],
    advice: 'Compare its `exports` with those of @flovyn/events.',
  },
  {
    // Quick when nothing has changed: its result is kept like that of a test.
    name: 'reference',
    command: ['turbo', 'run', 'check', '--filter=@flovyn/reference', ...quiet()],
    advice: 'Write the docstrings that are missing, and run `pnpm docs:reference`.',
  },
  {
    name: 'documents',
    command: ['node', 'tooling/documents/check.mjs'],
    advice: 'Code in documents compiles as it stands.',
  },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const env = toolEnvironment(root, process.env);
const except = process.argv.slice(process.argv.indexOf('--except') + 1);
/** @type {string[]} */
const summary = [];

await install(root, env, new AbortController().signal);

for (const { name, command, advice } of STEPS) {
  if (process.argv.includes('--except') && except.includes(name)) continue;
  process.stdout.write(`\n── ${name}\n`);
  const [program = '', ...args] = command;
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  summary.push(`  ${status === 0 ? 'ok    ' : 'failed'} ${seconds} s  ${name}`);
  if (status !== 0) {
    finish(`${name} failed. ${advice}`, 1);
    break;
  }
}
if (process.exitCode === undefined) finish('Everything is in order.', 0);

/**
 * @param {string} sentence
 * @param {number} code
 */
function finish(sentence, code) {
  process.stdout.write(`\n${summary.join('\n')}\n\n${sentence}\n`);
  process.exitCode = code;
}

function quiet() {
  return ['--output-logs=errors-only'];
}
