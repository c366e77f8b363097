import type { Capture, Evidence, Violation } from './evidence.js';

/** What a minute of a run at full load must hold. */
const PER_MINUTE = { acked: 334, faults: 60, resumes: 34 };
/** Full load: so many executions at a time. Fewer do less. */
const FULL_LOAD = 200;
/** Of all that was asked for, when everything was well again. */
const SUCCESS = 0.95;

/** How often a subscriber went on after a cut. */
export function resumesIn({ lines }: Capture): number {
  return lines.filter(({ type }) => type === 'cut').length;
}

/** C13: a run that did too little shows nothing. */
export function checkExtent({ ops, captures, extent }: Evidence): Violation[] {
  const acked = ops.filter(({ outcome }) => outcome === 'ok').length;
  // Looks are not repeated, so what they meet is no failure of the system.
  const asked = ops.filter(({ type }) => type !== 'look' && type !== 'spy');
  const done = asked.filter(({ outcome }) => outcome === 'ok').length;
  const resumes = captures.reduce((sum, capture) => sum + resumesIn(capture), 0);
  const share = extent.minutes * Math.min(1, extent.executions / FULL_LOAD);
  const least = (what: string, was: number, min: number): Violation[] =>
    was >= min
      ? []
      : [{ check: 'C13', message: `There were only ${was} ${what}, and ${Math.ceil(min)} would mean something` }];
  return [
    ...least('acknowledged operations', acked, PER_MINUTE.acked * share),
    ...least('resumed connections', resumes, PER_MINUTE.resumes * share),
    ...least('faults', extent.faults, PER_MINUTE.faults * extent.minutes),
    ...least('successful ones of all operations', done, asked.length * SUCCESS),
  ];
}
