import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics } from './metrics.js';

const GUIDE = new URL('../../../../../docs/guides/run-in-production.md', import.meta.url);
const PLACE = /(<!-- metrics: [^>]* -->\n)([^]*?)(<!-- metrics end -->)/;

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** The metrics of a server as the guide shows them. */
function rows(): readonly string[][] {
  const metrics = createMetrics('0.0.0');
  metrics.watch({} as never);
  const all = metrics.registry.getMetricsAsArray() as unknown as readonly Metric[];
  return all.map(({ name, type, help, labelNames }) => [
    `\`${name}\``,
    type,
    labelNames.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
}

/** Cells without the spaces that a formatter puts around them. */
function cellsOf(table: string): readonly string[][] {
  const lines = table.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('the guide for production has every metric and no other (FLOVYN_TEST_WRITE=1 writes them)', () => {
  const expected = rows();
  if (process.env['FLOVYN_TEST_WRITE'] === '1') {
    const table = [['Metric', 'Type', 'Labels', 'What it says'], ['---', '---', '---', '---'], ...expected];
    const lines = table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    const page = readFileSync(GUIDE, 'utf8');
    writeFileSync(
      GUIDE,
      page.replace(PLACE, (_, start: string, _table, end: string) => `${start}\n${lines}\n\n${end}`),
    );
  }
  const [, , table = ''] = PLACE.exec(readFileSync(GUIDE, 'utf8')) ?? [];
  expect(cellsOf(table)).toEqual(expected);
});
