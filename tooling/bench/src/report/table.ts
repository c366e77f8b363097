import { type Result, ratio } from './result.js';
import { median } from './statistics.js';

const headings = ['row', 'measure', 'median', 'spread', 'floor', 'of floor', 'what the floor is', 'more'];

/** The results as a Markdown table, aligned to be read in a terminal as well. */
export function table(results: readonly Result[]): string {
  const lines = [headings, ...results.map(cells)];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const print = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...rows] = lines.map(print);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [head, rule, ...rows].join('\n');
}

function cells(result: Result): string[] {
  const { row, measure, unit, values, floor, note = '' } = result;
  const of = ratio(result);
  return [
    row,
    measure,
    `${figure(median(values))} ${unit}`,
    `${figure(Math.min(...values))} - ${figure(Math.max(...values))}`,
    floor === undefined ? '' : `${figure(median(floor.values))} ${unit}`,
    of === undefined ? '' : `${of.toFixed(2)} x`,
    floor?.name ?? '',
    note,
  ];
}

/** Three digits that matter; thousands apart. */
export function figure(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
