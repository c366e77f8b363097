import type { Finding } from '../difference.js';
import { type Alternative, type Bound, COUNTS, type Count } from '../schema/alternative.js';
import { isHigher, isLower } from '../schema/intersect.js';
import { isMultiple } from '../schema/multiple.js';
import { found } from './findings.js';

/** How long, and how many. */
export function compareCounts({ counts: was }: Alternative, { counts: is }: Alternative): readonly Finding[] {
  return (Object.keys(COUNTS) as Count[]).flatMap((name) => {
    const least = COUNTS[name].side === 'least';
    const none = least ? 0 : Number.POSITIVE_INFINITY;
    const [before, after] = [was[name] ?? none, is[name] ?? none];
    if (before === after) return [];
    return [limit(after > before === least, name, was[name], is[name])];
  });
}

/** Ranges, fractions and multiples. */
export function compareNumbers(before: Alternative, after: Alternative): readonly Finding[] {
  return [
    ...compareBounds('minimum', lowerOf(before), lowerOf(after), isHigher),
    ...compareBounds('maximum', upperOf(before), upperOf(after), isLower),
    ...(!before.integer && after.integer ? [found('integer-required', 'fractions are no longer allowed')] : []),
    ...(before.integer && !after.integer ? [found('fraction-allowed', 'fractions are allowed now')] : []),
    ...compareMultiples(before.multiples, after.multiples),
  ];
}

function compareBounds(
  name: string,
  before: Bound | undefined,
  after: Bound | undefined,
  isTighter: (bound: Bound, than: Bound) => boolean,
): readonly Finding[] {
  if (before?.value === after?.value && before?.exclusive === after?.exclusive) return [];
  const isTightened = after !== undefined && (before === undefined || isTighter(after, before));
  return [limit(isTightened, name, written(before), written(after))];
}

/** Among whole numbers, more than 0 is the same as at least 1. */
function lowerOf({ integer, lower }: Alternative): Bound | undefined {
  if (!integer || lower === undefined) return lower;
  return { value: lower.exclusive ? Math.floor(lower.value) + 1 : Math.ceil(lower.value), exclusive: false };
}

function upperOf({ integer, upper }: Alternative): Bound | undefined {
  if (!integer || upper === undefined) return upper;
  return { value: upper.exclusive ? Math.ceil(upper.value) - 1 : Math.floor(upper.value), exclusive: false };
}

function compareMultiples(was: readonly number[], is: readonly number[]): readonly Finding[] {
  const isCovered = (multiple: number, by: readonly number[]): boolean => by.some((one) => isMultiple(one, multiple));
  const isTightened = !is.every((multiple) => isCovered(multiple, was));
  const isLoosened = !was.every((multiple) => isCovered(multiple, is));
  if (!isTightened && !isLoosened) return [];
  const kind = isTightened && isLoosened ? 'changed' : isTightened ? 'tightened' : 'loosened';
  return [found(`multiple-${kind}`, `multipleOf was ${was.join(', ') || 'absent'}, is ${is.join(', ') || 'absent'}`)];
}

function limit(isTightened: boolean, name: string, was?: number | string, is?: number | string): Finding {
  const kind = isTightened ? 'limit-tightened' : 'limit-loosened';
  return found(kind, `${name} was ${was ?? 'absent'}, is ${is ?? 'absent'}`);
}

function written(bound: Bound | undefined): string | undefined {
  return bound && `${bound.value}${bound.exclusive ? ' (exclusive)' : ''}`;
}
