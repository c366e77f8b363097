import { type Alternative, type Bound, COUNTS, type Count, itemOf, propertyOf } from './alternative.js';
import type { Child } from './document.js';

/**
 * The alternative whose values satisfy both; undefined when their types differ. Which of the listed values survive is for
 * the caller to see, who can check them.
 */
export function intersect(a: Alternative, b: Alternative): Alternative | undefined {
  if (a.type !== b.type) return undefined;
  const values = a.values ?? b.values;
  const words = both(a.words, b.words, (left, right) => left.filter((word) => right.includes(word)));
  const lower = both(a.lower, b.lower, (left, right) => (isHigher(left, right) ? left : right));
  const upper = both(a.upper, b.upper, (left, right) => (isLower(left, right) ? left : right));
  const additional = both(a.additional, b.additional, together);
  const openUnion = a.openUnion ?? b.openUnion;
  const length = Math.max(a.prefix.length, b.prefix.length);
  const names = [...new Set([...a.properties.keys(), ...b.properties.keys()])];
  return {
    type: a.type,
    ...(values && { values }),
    ...(words && { words }),
    integer: a.integer || b.integer,
    ...(lower && { lower }),
    ...(upper && { upper }),
    multiples: union(a.multiples, b.multiples),
    counts: tighter(a.counts, b.counts),
    patterns: union(a.patterns, b.patterns),
    formats: union(a.formats, b.formats),
    unique: a.unique || b.unique,
    prefix: Array.from({ length }, (_, index) => together(itemOf(a, index), itemOf(b, index))),
    rest: together(a.rest, b.rest),
    properties: new Map(names.map((name) => [name, together(propertyOf(a, name) ?? [], propertyOf(b, name) ?? [])])),
    required: new Set([...a.required, ...b.required]),
    ...(additional && { additional }),
    opaque: joined(a.opaque, b.opaque),
    ...(openUnion !== undefined && { openUnion }),
    notes: joined(a.notes, b.notes),
  };
}

/** Whether a lower bound leaves less than another. */
export function isHigher(bound: Bound, than: Bound): boolean {
  return bound.value > than.value || (bound.value === than.value && bound.exclusive && !than.exclusive);
}

/** Whether an upper bound leaves less than another. */
export function isLower(bound: Bound, than: Bound): boolean {
  return bound.value < than.value || (bound.value === than.value && bound.exclusive && !than.exclusive);
}

function together(a: Child, b: Child): Child {
  return [...new Set([...a, ...b])].toSorted((left, right) => left.id - right.id);
}

function both<T>(a: T | undefined, b: T | undefined, merge: (a: T, b: T) => T): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return merge(a, b);
}

function union<T extends string | number>(a: readonly T[], b: readonly T[]): readonly T[] {
  return [...new Set([...a, ...b])].toSorted((one, other) => (one < other ? -1 : 1));
}

function tighter(a: Alternative['counts'], b: Alternative['counts']): Alternative['counts'] {
  const merged: Partial<Record<Count, number>> = { ...a };
  for (const [name, { side }] of Object.entries(COUNTS) as [Count, (typeof COUNTS)[Count]][]) {
    const limit = both(a[name], b[name], side === 'least' ? Math.max : Math.min);
    if (limit !== undefined) merged[name] = limit;
  }
  return merged;
}

function joined(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const all = new Map(a);
  // JSON text has no line breaks of its own, so that the lines are a set.
  for (const [key, text] of b) {
    const lines = [...(all.get(key)?.split('\n') ?? []), ...text.split('\n')];
    all.set(key, [...new Set(lines)].toSorted().join('\n'));
  }
  return all;
}
