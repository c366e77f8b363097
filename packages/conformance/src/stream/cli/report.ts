import { styleText } from 'node:util';
import type { CaseResult } from '../player.js';

/** A case as it ended, in a line; with what was seen below it when the promise was not kept. */
export function linesOf({ case: { id, promise, title }, tookMs, findings }: CaseResult): string {
  const isKept = findings.length === 0;
  const tick = isKept ? styleText('green', '✓') : styleText('red', '✗');
  const head = `${tick} ${styleText('dim', promise)} ${id}: ${title} ${styleText('dim', `${tookMs} ms`)}`;
  return [
    head,
    ...findings.flatMap(({ reader, expected, seen, around }) => [
      `    ${promise} expected${reader === undefined ? '' : ` of reader ${reader}`}: ${styleText('green', expected)}`,
      `    seen: ${styleText('red', seen)}`,
      ...around.map((line) => `      ${styleText('dim', line)}`),
    ]),
  ].join('\n');
}

/** How many promises were kept. */
export function summaryOf(results: readonly CaseResult[], tookMs: number): string {
  const broken = results.filter(({ findings }) => findings.length > 0);
  const counts = `${results.length} cases, ${results.length - broken.length} kept, ${broken.length} broken`;
  const seconds = `${(tookMs / 1_000).toFixed(1)} s`;
  if (broken.length === 0) return styleText('green', `${counts}, ${seconds}`);
  const promises = [...new Set(broken.map(({ case: { promise } }) => promise))].toSorted();
  return styleText('red', `${counts} (${promises.join(', ')}), ${seconds}`);
}

/** The same for programs. */
export function documentOf(results: readonly CaseResult[], tookMs: number): string {
  const broken = results.filter(({ findings }) => findings.length > 0).length;
  const cases = results.map(({ case: { id, promise, title }, tookMs: took, findings }) => ({
    id,
    promise,
    title,
    isKept: findings.length === 0,
    tookMs: took,
    findings,
  }));
  return JSON.stringify({ suite: 'stream', kept: results.length - broken, broken, tookMs, cases }, undefined, 2);
}
