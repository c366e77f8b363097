import type { Finding } from '../difference.js';
import type { Json } from '../json.js';
import { type Answer, isListed } from '../schema/accepts.js';
import type { Alternative } from '../schema/alternative.js';
import type { Comparer } from './comparer.js';
import { found, shown } from './findings.js';

/** Listed values that went, or came. */
export function compareValues(
  comparison: Comparer,
  olds: readonly Alternative[],
  news: readonly Alternative[],
): readonly Finding[] {
  // A word that an open enum does not list is read as unknown, which is not what it was written as.
  const known = (value: Json): readonly Alternative[] =>
    news.filter(({ words }) => words === undefined || words.some((word) => word === value));
  return [
    ...eachValue(olds, (list, value) => {
      return sentence(
        'value-removed',
        value,
        'is no longer allowed',
        isAccepted(comparison, list, value, known(value)),
      );
    }),
    ...eachValue(news, (list, value) => {
      return sentence('value-added', value, 'is allowed now', isAccepted(comparison, list, value, olds));
    }),
  ];
}

function eachValue(
  alternatives: readonly Alternative[],
  look: (list: Alternative, value: Json) => readonly Finding[],
): readonly Finding[] {
  return alternatives.flatMap((list) => (list.values ?? []).flatMap((value) => look(list, value)));
}

/** Rules that cannot be tried on a value are still the same rules: what one list has let through, the other does. */
function isAccepted(comparison: Comparer, list: Alternative, value: Json, by: readonly Alternative[]): Answer {
  const answer = comparison.normaliser.acceptance.bySome(by, value);
  if (answer !== undefined) return answer;
  return by.some((one) => (!one.values || isListed(one.values, value)) && comparison.isWithin(list, one)) || undefined;
}

function sentence(
  kind: 'value-removed' | 'value-added',
  value: Json,
  what: string,
  answer: Answer,
): readonly Finding[] {
  if (answer === true) return [];
  if (answer === false) return [found(kind, `${shown(value)} ${what}`)];
  return [
    found('value-undecided', `whether ${shown(value)} is allowed on both sides depends on rules that are not run`),
  ];
}
