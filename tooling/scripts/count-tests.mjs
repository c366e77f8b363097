// The last line of CI: how many tests passed and failed in the run before. Its argument is the number of failed steps.
import { fileURLToPath } from 'node:url';
import { readReports } from '../bootstrap/test-reports.mjs';
import { failuresOf, totals } from '../bootstrap/test-summary.mjs';

const reports = readReports(fileURLToPath(new URL('../..', import.meta.url)));
const failures = failuresOf(reports, Number(process.argv[2] ?? 0));

process.stdout.write(`${totals(reports).passed} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
