import type { Outcome, Progress } from './run.js';

/** Violations of one check are alike: so many of each are shown. */
const SHOWN = 5;

export function progressLine({ seconds, acked, faults, resumes, gaps, begun, ended, entries }: Progress): string {
  const under = `${begun - ended} executions under way, ${ended} ended`;
  return `${String(seconds).padStart(5)} s  ${under}, acked ${acked}, faults ${faults}, resumes ${resumes}, gaps ${gaps}, entries ${entries}`;
}

/** Everything a person wants to know, and the line that is counted by. */
export function summaryOf(
  { progress, ops, faults, entriesChecked, violations, folder }: Outcome,
  command: string,
): string {
  const row = (name: string, count: number): string => `  ${name.padEnd(28)}${String(count).padStart(9)}`;
  const checks = [...new Set(violations.map(({ check }) => check))];
  const shown = checks.flatMap((check) => {
    const own = violations.filter((violation) => violation.check === check);
    return [
      `${check}: ${own.length}`,
      ...own.slice(0, SHOWN).map(({ execution, message }) => `  ${execution ?? ''} ${message}`),
    ];
  });
  return [
    '',
    row('operations', ops),
    row('acknowledged', progress.acked),
    row('executions completed', progress.ended),
    row('resumes', progress.resumes),
    row('gaps', progress.gaps),
    row('entries checked', entriesChecked),
    row('faults', progress.faults),
    ...[...faults].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([kind, count]) => row(`  ${kind}`, count)),
    row('violations', violations.length),
    '',
    ...shown,
    ...(violations.length === 0 ? [] : [`Everything that was judged: ${folder}`, `Again: ${command}`]),
    `reliability: ops=${ops} acked=${progress.acked} faults=${progress.faults} resumes=${progress.resumes} gaps=${progress.gaps} seeds=1 violations=${violations.length}`,
  ].join('\n');
}
