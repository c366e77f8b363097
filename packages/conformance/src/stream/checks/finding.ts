import { type Heard, type Reading, allHeard } from '../play/heard.js';

/** What was promised and not seen. */
export interface Finding {
  /** Who saw it; absent where a step could not be done. */
  readonly reader?: string | undefined;
  readonly expected: string;
  readonly seen: string;
  /** What the reader was told around the place, a line for each message. */
  readonly around: readonly string[];
}

/** How much is shown before and after the place. */
const AROUND = 4;

/** A finding about what a reader was told; `at` is where among all it was told, its end when absent. */
export function finding(reading: Reading, expected: string, seen: string, at?: number): Finding {
  const heard = allHeard(reading);
  const place = at ?? heard.length - 1;
  const around = heard
    .map((message, index) => `${index === at ? '>' : ' '} ${lineOf(message)}`)
    .slice(Math.max(0, place - AROUND), place + AROUND + 1);
  const answers = reading.connections.filter(({ status }) => status !== 200);
  const refused = answers.map(({ status, body }) => `  answered with ${status} ${body.slice(0, 200)}`.trimEnd());
  return { reader: reading.reader, expected, seen, around: [...around, ...refused] };
}

const LONGEST = 160;

function lineOf({ name, id, data, word }: Heard): string {
  const line = `${id ?? '-'} ${name}: ${word}${word === name ? ` ${data}` : ''}`;
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Words as a list people can read. */
export function listOf(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ');
}
