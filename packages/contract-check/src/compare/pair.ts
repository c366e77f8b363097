import { step } from '../json.js';
import type { Alternative } from '../schema/alternative.js';
import type { Comparer } from './comparer.js';

interface Pair {
  readonly before: Alternative;
  readonly after: Alternative;
  /** How a path names the alternative: empty when it is the only one. */
  readonly label: string;
}

interface Pairs {
  readonly pairs: readonly Pair[];
  readonly gone: readonly Alternative[];
  readonly come: readonly Alternative[];
}

/**
 * Which alternative became which: those with the same tags, then those that are equal, then the last one of each side. A
 * wrong guess is harmless: it only makes the report longer.
 */
export function pair(comparison: Comparer, olds: readonly Alternative[], news: readonly Alternative[]): Pairs {
  const pairs: Pair[] = [];
  const gone = [...olds];
  const come = [...news];
  const isOnly = olds.length <= 1 && news.length <= 1;
  const take = (before: Alternative, after: Alternative): void => {
    gone.splice(gone.indexOf(before), 1);
    come.splice(come.indexOf(after), 1);
    pairs.push({ before, after, label: isOnly ? '' : labelOf(comparison, after) });
  };

  for (const [before, after] of byTags(comparison, olds, news)) take(before, after);
  for (const before of gone.slice()) {
    const after = come.find((one) => comparison.isSame(before, one));
    if (after !== undefined) take(before, after);
  }
  const [before, ...others] = gone;
  const [after, ...more] = come;
  if (before && after && others.length === 0 && more.length === 0 && !isTold(comparison, before, after)) {
    take(before, after);
  }
  return { pairs, gone, come };
}

/** `<event=TASK_FAILED>`, or nothing for an alternative that has no tags. */
export function labelOf(comparison: Comparer, alternative: Alternative): string {
  const tags = [...comparison.tags(alternative)].map(([name, text]) => `${name}=${String(JSON.parse(text))}`);
  return tags.length === 0 ? '' : `<${step(tags.toSorted().join(',')).slice(1)}>`;
}

/** Whether both have tags in common that say they are not the same thing. */
function isTold(comparison: Comparer, before: Alternative, after: Alternative): boolean {
  if (before.openUnion === undefined && after.openUnion === undefined) return false;
  const tags = comparison.tags(before);
  return [...comparison.tags(after)].some(([name, text]) => tags.has(name) && tags.get(name) !== text);
}

function byTags(
  comparison: Comparer,
  olds: readonly Alternative[],
  news: readonly Alternative[],
): readonly (readonly [Alternative, Alternative])[] {
  if (olds.length + news.length <= 2) return [];
  const namesOf = (list: readonly Alternative[]): Set<string> =>
    new Set(list.flatMap((one) => [...comparison.tags(one).keys()]));
  const [oldNames, newNames] = [namesOf(olds), namesOf(news)];
  const keyed = (list: readonly Alternative[]): Map<string, Alternative | undefined> => {
    const byKey = new Map<string, Alternative | undefined>();
    for (const one of list) {
      const tags = [...comparison.tags(one)].filter(([name]) => oldNames.has(name) && newNames.has(name));
      const key = JSON.stringify(tags.toSorted(([a], [b]) => (a < b ? -1 : 1)));
      // Two of the same tags: neither can be told by them.
      if (tags.length > 0) byKey.set(key, byKey.has(key) ? undefined : one);
    }
    return byKey;
  };
  const after = keyed(news);
  return [...keyed(olds)].flatMap(([key, one]) => {
    const other = after.get(key);
    return one && other ? [[one, other] as const] : [];
  });
}
