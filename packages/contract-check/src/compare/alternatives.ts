import type { Finding } from '../difference.js';
import { type Alternative, VALUE_TYPES, type ValueType } from '../schema/alternative.js';
import type { Comparer } from './comparer.js';
import { below, found } from './findings.js';
import { labelOf, pair } from './pair.js';
import { compareNotes } from './notes.js';
import { compareValues } from './values.js';

/** What differs between the ways in which a value could be right and those in which it can be now. */
export function compareAlternatives(
  comparison: Comparer,
  before: readonly Alternative[],
  after: readonly Alternative[],
): readonly Finding[] {
  const perType = VALUE_TYPES.flatMap((type) => {
    const olds = before.filter((one) => one.type === type);
    const news = after.filter((one) => one.type === type);
    return olds.length > 0 && news.length > 0 ? compareOneType(comparison, olds, news) : [];
  });
  return [...compareTypes(before, after), ...perType];
}

function compareTypes(before: readonly Alternative[], after: readonly Alternative[]): readonly Finding[] {
  const isMissing = (type: ValueType, list: readonly Alternative[]): boolean => list.every((one) => one.type !== type);
  const gone = VALUE_TYPES.filter((type) => !isMissing(type, before) && isMissing(type, after));
  const come = VALUE_TYPES.filter((type) => isMissing(type, before) && !isMissing(type, after));
  const named = (types: readonly ValueType[]): string => types.filter((type) => type !== 'null').join(', ');
  return [
    ...(gone.includes('null') ? [found('null-removed', 'null is no longer allowed')] : []),
    ...(come.includes('null') ? [found('null-added', 'null is allowed now')] : []),
    ...(named(gone) === '' ? [] : [found('type-removed', `no longer allowed: ${named(gone)}`)]),
    ...(named(come) === '' ? [] : [found('type-added', `allowed now: ${named(come)}`)]),
  ];
}

function compareOneType(
  comparison: Comparer,
  olds: readonly Alternative[],
  news: readonly Alternative[],
): readonly Finding[] {
  const oldRules = olds.filter((one) => one.values === undefined);
  const newRules = news.filter((one) => one.values === undefined);
  const { pairs, gone, come } = pair(comparison, oldRules, newRules);
  return [
    ...compareOpenness(olds, news),
    ...compareLists(comparison, olds, news),
    ...pairs.flatMap(({ before, after, label }) => below(label, comparison.rules(before, after))),
    ...(newRules.length === 0 ? [] : gone.flatMap((one) => whatWent(comparison, one, news))),
    ...(oldRules.length === 0 ? [] : come.flatMap((one) => whatCame(comparison, one, olds))),
  ];
}

function compareOpenness(olds: readonly Alternative[], news: readonly Alternative[]): readonly Finding[] {
  const namesOf = (list: readonly Alternative[]): (string | undefined)[] => list.map(({ openUnion }) => openUnion);
  const isMissing = (name: string | undefined, among: (string | undefined)[]): boolean =>
    name !== undefined && !among.includes(name);
  const [was, is] = [namesOf(olds), namesOf(news)];
  return [
    ...(was.some((name) => isMissing(name, is))
      ? [found('union-closed', 'readers no longer let unknown members of this union pass')]
      : []),
    ...(is.some((name) => isMissing(name, was))
      ? [found('union-opened', 'readers are asked to let unknown members of this union pass')]
      : []),
  ];
}

/** Values that are listed one by one, against lists and rules of the other side. */
function compareLists(
  comparison: Comparer,
  olds: readonly Alternative[],
  news: readonly Alternative[],
): readonly Finding[] {
  const oldLists = olds.filter((one) => one.values !== undefined);
  const newLists = news.filter((one) => one.values !== undefined);
  const isAllListed = (all: readonly Alternative[], lists: readonly Alternative[]): boolean =>
    all.length === lists.length;
  const wasClosed = isAllListed(olds, oldLists);
  const isClosed = isAllListed(news, newLists);
  const [oldList] = oldLists;
  const [newList] = newLists;
  return [
    ...compareValues(comparison, olds, news),
    ...(!wasClosed && isClosed ? [found('enum-closed', 'only listed values are allowed now')] : []),
    ...(wasClosed && !isClosed ? [found('enum-lifted', 'values that are not listed are allowed now')] : []),
    ...(oldList && newList ? compareNotes(oldList, newList) : []),
  ];
}

function whatWent(comparison: Comparer, old: Alternative, news: readonly Alternative[]): readonly Finding[] {
  if (news.some((one) => comparison.isWithin(old, one))) return [];
  return below(labelOf(comparison, old), [found('alternative-removed', 'this alternative is gone')]);
}

function whatCame(comparison: Comparer, one: Alternative, olds: readonly Alternative[]): readonly Finding[] {
  const wasOpen = one.openUnion !== undefined && olds.some((old) => old.openUnion === one.openUnion);
  if (!wasOpen && olds.some((old) => comparison.isWithin(one, old))) return [];
  return below(labelOf(comparison, one), [
    wasOpen
      ? found('union-member-added', 'a new member of an open union: readers let it pass as unknown')
      : found('alternative-added', 'a new alternative'),
  ]);
}
