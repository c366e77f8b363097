import type { Difference, Report } from '../difference.js';
import { CLASSES, type DifferenceClass } from '../role.js';

/** A report for people: the worst first, and what happens at several places told once. */
export function printReport(name: string, report: Report): string {
  if (report.class === 'same') return `${name}: nothing has changed\n`;
  const lines = CLASSES.flatMap((one) => {
    const group = report.differences.filter((difference) => difference.class === one);
    return group.length === 0 ? [] : [`  ${one} (${group.length})`, ...gathered(group)];
  });
  return `${name}: ${said(report.class)}\n${lines.join('\n')}\n`;
}

function said(verdict: DifferenceClass): string {
  if (verdict === 'breaking') return 'breaks somebody';
  if (verdict === 'needs-a-human') return 'cannot be judged by a program';
  return 'breaks nobody';
}

/** Differences that are alike but for the event they are in, on one line. */
function gathered(differences: readonly Difference[]): readonly string[] {
  const alike = new Map<string, { heads: string[]; rest: string; difference: Difference }>();
  for (const difference of differences) {
    const [head = '', ...others] = difference.path.split('/');
    const rest = others.map((part) => `/${part}`).join('');
    const key = JSON.stringify([rest, difference.kind, difference.message]);
    const known = alike.get(key);
    if (known) known.heads.push(head);
    else alike.set(key, { heads: [head], rest, difference });
  }
  return [...alike.values()].map(({ heads, rest, difference }) => {
    const place = (heads.length > 1 ? `{${heads.join(', ')}}` : heads.join('')) + rest;
    return `    ${place || '(the whole value)'}: ${difference.message} [${difference.kind}]`;
  });
}
