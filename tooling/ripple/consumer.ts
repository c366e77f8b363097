import { readFileSync } from 'node:fs';

/** The event that is added to see who notices. */
export const PROBE = 'PROBE_ADDED';

/** A package that handles all events, and how it would handle one more. */
export interface Consumer {
  readonly package: string;
  readonly folder: string;
  /** The file that handles them; tagged `@exhaustive`. */
  readonly file: string;
  /** Text of the file, found once, behind which the answer is written. */
  readonly after: string;
  readonly answer: string;
  /** What it has to say about an event, as a question to whoever adds one. */
  readonly asks: string;
}

/** Those of which it is known that they handle all events. */
export function exhaustiveConsumers(): readonly Consumer[] {
  return JSON.parse(readFileSync(new URL('exhaustive-consumers.json', import.meta.url), 'utf8')) as Consumer[];
}

/** The source with the probe answered. Throws when the place for the answer is gone. */
export function answered({ package: name, file, after, answer }: Consumer, source: string): string {
  const at = source.indexOf(after);
  if (at < 0 || source.includes(after, at + 1)) {
    throw new Error(`${name}: ${file} should have this text once, where an event is answered: ${after}`);
  }
  const end = at + after.length;
  return source.slice(0, end) + answer + source.slice(end);
}
