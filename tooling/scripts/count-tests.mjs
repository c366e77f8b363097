// The last line of CI: how many tests passed and failed in the run before. Fails when a step before it did (their
// number is the argument), when a test failed, or when there was no test at all.
import { fileURLToPath } from 'node:url';
import { readReports } from '../bootstrap/test-reports.mjs';
import { totals } from '../bootstrap/test-summary.mjs';

const failedSteps = Number(process.argv[2] ?? 0);
const { passed, failed } = totals(readReports(fileURLToPath(new URL('../..', import.meta.url))));

// A step can fail without a failing test (lint, a runner that crashed): the line must not look green then.
const failures = failed === 0 && (failedSteps > 0 || passed === 0) ? Math.max(failedSteps, 1) : failed;
process.stdout.write(`${passed} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
