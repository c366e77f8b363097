import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node';

/** Where reports are written, relative to the package; `npm test` sums the reports of all packages. */
const FOLDER = '.test-report';

/**
 * Writes down what passed, what failed, and what was skipped and why, and makes a skipped test a failure where
 * skips are forbidden (`FLOVYN_NO_SKIP=1`, as in CI): there, "green" must mean that everything was run.
 */
export class ReportWriter implements Reporter {
  /** Each check of a package has a report of its own: one run does not write over another's. */
  #report = `${FOLDER}/vitest.json`;

  onInit({ projects }: Vitest): void {
    const names = projects.map(({ name }) => name).filter((name) => name !== '' && name !== 'unit');
    if (names.length === 1) this.#report = `${FOLDER}/vitest-${names[0]}.json`;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[], reason: TestRunEndReason): void {
    if (reason === 'interrupted') return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const brokenFiles = modules.filter((module) => module.errors().length > 0);
    const skipped = tests.filter(isIn('skipped')).map((test) => ({ name: test.fullName, reason: whySkipped(test) }));
    const report = {
      package: packageName(),
      passed: tests.filter(isIn('passed')).length,
      failed: [
        ...tests
          .filter(isIn('failed'))
          .map((test) => ({ name: test.fullName, reason: whatWasSaid(test.result().errors) })),
        ...brokenFiles.map((file) => ({ name: file.relativeModuleId, reason: whatWasSaid(file.errors()) })),
        ...unhandled.map((error) => ({ name: 'an error outside of any test', reason: whatWasSaid([error]) })),
      ],
      skipped,
    };
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(this.#report, `${JSON.stringify(report, null, 2)}\n`);

    if (process.env['FLOVYN_NO_SKIP'] === '1' && skipped.length > 0) {
      process.stderr.write(`${skipped.length} tests were skipped, and FLOVYN_NO_SKIP=1 forbids it.\n`);
      process.exitCode = 1;
    }
  }
}

function isIn(state: 'passed' | 'failed' | 'skipped'): (test: TestCase) => boolean {
  return (test) => test.result().state === state;
}

/** The first lines of each error, where one has to look first; the whole of it stands in the runner's own output. */
function whatWasSaid(errors: readonly unknown[] | undefined): string {
  return (errors ?? []).map((error) => withoutColours(error).split('\n').slice(0, 12).join('\n')).join('\n');
}

function withoutColours(error: unknown): string {
  const { message, stacks } = Object(error) as { message?: unknown; stacks?: { file: string; line: number }[] };
  const at = stacks?.[0];
  const place = at === undefined ? '' : ` (${relative(process.cwd(), at.file)}:${at.line})`;
  return stripVTControlCharacters(`${String(message ?? error)}${place}`);
}

/** The note of `context.skip(note)`; without one the title of the outermost suite, which then has to say it. */
function whySkipped(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  let outermost: string | undefined;
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) outermost = parent.name;
  return outermost ?? test.name;
}

function packageName(): string {
  const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string };
  return name;
}
