/**
 * The last lines of a test run: what failed, what was skipped and why, and how many there were.
 *
 * @param {import('./test-reports.mjs').TestReport[]} reports
 */
export function summary(reports) {
  const lines = [];
  for (const { package: name, failed } of reports) {
    for (const test of failed) {
      lines.push(`failed   ${name}: ${test.name}`);
      if (test.reason !== '') lines.push(test.reason.replaceAll(/^/gm, '           '));
    }
  }
  for (const { package: name, skipped } of reports) {
    for (const [reason, count] of byReason(skipped)) {
      lines.push(`skipped  ${name}: ${counted(count, 'test')}: ${reason}`);
    }
  }
  const { passed, failed, skipped } = totals(reports);
  const some = skipped === 0 ? '' : `, ${skipped} skipped`;
  lines.push(`${passed} passed, ${failed} failed${some} in ${counted(reports.length, 'package')}`);
  return lines.join('\n');
}

/** @param {import('./test-reports.mjs').TestReport[]} reports */
export function totals(reports) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    total.passed += report.passed;
    total.failed += report.failed.length;
    total.skipped += report.skipped.length;
  }
  return total;
}

/**
 * The number of failures CI tells: never 0 when a step failed without a failing test (lint, a runner that crashed), or
 * when there was no test at all.
 *
 * @param {import('./test-reports.mjs').TestReport[]} reports
 * @param {number} failedSteps
 */
export function failuresOf(reports, failedSteps) {
  const { passed, failed } = totals(reports);
  if (failed > 0) return failed;
  return passed === 0 ? Math.max(failedSteps, 1) : failedSteps;
}

/** @param {{ reason: string }[]} skipped */
function byReason(skipped) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
