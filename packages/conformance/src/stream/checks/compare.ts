import { type Heard, type Reading, allHeard, isLine } from '../play/heard.js';
import { type Finding, finding } from './finding.js';

function linesOf(reading: Reading): Heard[] {
  return allHeard(reading).filter(isLine);
}

/** Two readers of one stream were told the same, ids included. */
export function sameFindings(reading: Reading, other: Reading, after = 0): Finding[] {
  const wanted = linesOf(other).slice(after);
  const lines = linesOf(reading);
  const difference = Array.from({ length: Math.max(wanted.length, lines.length) }).findIndex(
    (_, index) => !isEqual(lines[index], wanted[index]),
  );
  if (difference === -1) return [];
  const [line, its] = [lines[difference], wanted[difference]];
  const whose = `what ${other.reader} was told${after === 0 ? '' : ` after entry ${after}`}`;
  const expected = `${whose}, to the byte; at ${difference + 1} ${textOf(its)}`;
  return [finding(reading, expected, textOf(line), line === undefined ? undefined : allHeard(reading).indexOf(line))];
}

function isEqual(one: Heard | undefined, other: Heard | undefined): boolean {
  return one?.name === other?.name && one?.id === other?.id && one?.data === other?.data;
}

function textOf(heard: Heard | undefined): string {
  return heard === undefined ? 'nothing' : `${heard.id} ${heard.name} ${heard.data.slice(0, 200)}`;
}

/** The names and data of every entry, as they stand in the stream. */
export function plainFindings(reading: Reading, entries: readonly (readonly [string, string])[]): Finding[] {
  const lines = linesOf(reading).filter(({ data }) => !data.startsWith('{"type":"Event"'));
  const seen = lines.map(({ name, data }) => [name, data] as const);
  const difference = Array.from({ length: Math.max(entries.length, seen.length) }).findIndex(
    (_, index) => entries[index]?.[0] !== seen[index]?.[0] || entries[index]?.[1] !== seen[index]?.[1],
  );
  if (difference === -1) return [];
  return [
    finding(
      reading,
      `at ${difference + 1}: ${JSON.stringify(entries[difference] ?? null)}`,
      JSON.stringify(seen[difference] ?? null),
    ),
  ];
}
