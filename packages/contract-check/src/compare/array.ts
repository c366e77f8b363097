import type { Finding } from '../difference.js';
import { type Alternative, itemOf } from '../schema/alternative.js';
import type { Comparer } from './comparer.js';
import { below, found } from './findings.js';

/** Items, each by its place and then all the others. */
export function compareArrays(comparison: Comparer, before: Alternative, after: Alternative): readonly Finding[] {
  const places = Math.max(before.prefix.length, after.prefix.length);
  const inPlace = Array.from({ length: places }, (_, index) =>
    below(`/${index}`, comparison.children(itemOf(before, index), itemOf(after, index))),
  );
  return [
    ...inPlace.flat(),
    ...below('/*', comparison.children(before.rest, after.rest)),
    ...(!before.unique && after.unique ? [found('unique-items-required', 'no item may come twice now')] : []),
    ...(before.unique && !after.unique ? [found('unique-items-lifted', 'items may come twice now')] : []),
  ];
}
