import { readFileSync } from 'node:fs';

/** What is checked of the events: which there are, which came, and for which there is a reason why they do not yet. */
export interface Account {
  /** The promise, as the end of a sentence about an event that breaks it: "is produced by nothing". */
  readonly broken: string;
  /** Every event of the registry. */
  readonly registry: Iterable<string>;
  readonly seen: Iterable<string>;
  /** Events that nothing produces yet, each with the reason. */
  readonly excused: Readonly<Record<string, string>>;
}

/** Every event that is not accounted for, as sentences: one without a producer or a reason, and one with both. */
export function unaccountedFor({ broken, registry, seen, excused }: Account): readonly string[] {
  const names = new Set(registry);
  const came = new Set(seen);
  const missing = [...names].filter((name) => !came.has(name) && !Object.hasOwn(excused, name));
  const unknown = [...came].filter((name) => !names.has(name));
  return [
    ...missing.map((name) => `${name} ${broken}: an event that is defined is also produced.`),
    ...unknown.map((name) => `${name} came although the registry has no such event.`),
    ...Object.entries(excused).flatMap(([name, reason]) => {
      const line = `The line of ${name} in not-yet-produced.json`;
      if (!names.has(name)) return [`${line} is about no event.`];
      if (came.has(name)) return [`${line} must go: it comes by now.`];
      return reason.trim() === '' ? [`${line} says no reason.`] : [];
    }),
  ];
}

/** The events that nothing produces yet, each with the reason, as the contract has them. */
export function notYetProduced(): Readonly<Record<string, string>> {
  const file = new URL('../../packages/events/contract/not-yet-produced.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}
