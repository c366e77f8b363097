import { type Frame, isStateEvent } from '@flovyn/events';
import { digestOf } from './digest.js';
import type { Capture, Dump, Evidence, Violation } from './evidence.js';
import { groupBy } from './group.js';

interface Logged {
  readonly cursor: string;
  readonly number: number;
  readonly digest: string;
  readonly isNews: boolean;
}

/**
 * C6: what every subscriber was told, over all its connections, is the log: each entry once and in order, nothing missing
 * but what a gap has named, and no news in a gap. What it saw besides is output of which a gap has said that it is void.
 */
export function checkCaptures({ dump, captures }: Evidence): Violation[] {
  const logOf = logsOf(dump);
  return captures.flatMap((capture) =>
    faultsOf(capture, logOf(capture)).map((message) => ({
      check: 'C6',
      execution: capture.execution,
      message: `${capture.name}: ${message}`,
    })),
  );
}

function faultsOf({ lines, hasEnded, error }: Capture, log: readonly Logged[]): string[] {
  const faults: string[] = [];
  const places = new Map(log.map(({ cursor, digest }, place) => [`${cursor} ${digest}`, place]));
  const gaps = lines.flatMap((line) => (line.type === 'gap' ? [line] : []));
  const isDeclared = (number: number): boolean => gaps.some(({ from, to }) => from <= number && number <= to);
  const seen = new Set<number>();
  let last = -1;
  for (const line of lines) {
    if (line.type === 'odd') faults.push(`it could not read ${line.what}`);
    if (line.type === 'gap' && line.reason === 'missing') faults.push(`${line.from} to ${line.to} were left out`);
    if (line.type !== 'entry') continue;
    const place = places.get(`${line.id} ${line.digest}`);
    if (place === undefined) {
      const number = Number(line.id.split('.').at(-1));
      if (line.isNews) faults.push(`it was told ${line.name} at ${line.id}, which is not stored`);
      else if (!isDeclared(number))
        faults.push(`it was told ${line.name} at ${line.id}, which is not stored, and no gap says so`);
      continue;
    }
    if (seen.has(place)) faults.push(`it was told ${line.id} twice`);
    else if (place < last) faults.push(`it was told ${line.id} after ${log[last]?.cursor}`);
    seen.add(place);
    last = Math.max(last, place);
  }
  if (!hasEnded)
    faults.push(`it did not come to the end, after ${seen.size} of ${log.length} entries: ${error ?? 'no error'}`);
  else {
    for (const [place, { cursor, number, isNews }] of log.entries()) {
      if (seen.has(place)) continue;
      if (isNews) faults.push(`it was never told the news at ${cursor}`);
      else if (!isDeclared(number)) faults.push(`it was never told ${cursor}, and no gap says so`);
    }
  }
  return faults;
}

function logsOf({ frames, runs, families }: Dump): (capture: Capture) => Logged[] {
  const byExecution = groupBy(frames, ({ executionId }) => executionId);
  const runsOf = groupBy(runs, ({ root }) => root);
  const toLogged = (frame: Frame, epoch: string, number: number): Logged => ({
    cursor: `${epoch}.${number}`,
    number,
    digest: digestOf(frame),
    isNews: isStateEvent(frame.event),
  });
  const own = (execution: string): Logged[] =>
    (byExecution.get(execution) ?? []).map((frame) => toLogged(frame, frame.epoch, frame.seq));
  return ({ execution, isFamily }) => {
    // Who is alone is the family.
    if (!isFamily || !families.has(execution)) return own(execution);
    return (runsOf.get(execution) ?? []).flatMap(({ execution: member, first, last, rootSeq, epoch }) => {
      const ahead = rootSeq - last;
      const part = (byExecution.get(member) ?? []).slice(first - 1, last);
      // Until the first child, its numbers and epochs are those of the root.
      const isBefore = ahead === 0 && member === execution;
      return part.map((frame) => toLogged(frame, isBefore ? frame.epoch : epoch, frame.seq + ahead));
    });
  };
}
