import type { Finding } from '../difference.js';
import { step } from '../json.js';
import type { Alternative } from '../schema/alternative.js';
import type { Child } from '../schema/document.js';
import type { Comparer } from './comparer.js';
import { below, found } from './findings.js';

/** Properties, those that must be there, and those that have no name of their own. */
export function compareObjects(comparison: Comparer, before: Alternative, after: Alternative): readonly Finding[] {
  const names = new Set([
    ...before.properties.keys(),
    ...after.properties.keys(),
    ...before.required,
    ...after.required,
  ]);
  const properties = [...names].flatMap((name) => below(step(name), compareProperty(comparison, before, after, name)));
  return [...properties, ...compareAdditional(comparison, before.additional, after.additional)];
}

function compareProperty(
  comparison: Comparer,
  before: Alternative,
  after: Alternative,
  name: string,
): readonly Finding[] {
  const was = before.properties.get(name);
  const is = after.properties.get(name);
  const wasRequired = before.required.has(name);
  const isRequired = after.required.has(name);
  // A name that was only required has held anything until now.
  if (was === undefined && is !== undefined && !wasRequired) return added(comparison, before, is, isRequired);
  if (was !== undefined && is === undefined && !isRequired) return removed(comparison, after, was, wasRequired);
  return [
    ...comparison.children(was ?? before.additional ?? [], is ?? after.additional ?? []),
    ...(!wasRequired && isRequired ? [found('required-added', 'it must be there now')] : []),
    ...(wasRequired && !isRequired ? [found('required-removed', 'it may be missing now')] : []),
  ];
}

function added(comparison: Comparer, { additional }: Alternative, is: Child, isRequired: boolean): readonly Finding[] {
  if (additional === undefined) {
    return [
      isRequired
        ? found('required-property-added', 'a new property that must be there: nothing that is stored has it')
        : found('property-added', 'a new property that may be missing'),
    ];
  }
  return [
    ...(isClosed(comparison, additional)
      ? [found('property-added-to-closed', 'a new property, where only named ones are accepted')]
      : comparison.children(additional, is)),
    ...(isRequired ? [found('required-added', 'it must be there now')] : []),
  ];
}

function removed(
  comparison: Comparer,
  { additional }: Alternative,
  was: Child,
  wasRequired: boolean,
): readonly Finding[] {
  if (additional === undefined) {
    return [
      wasRequired
        ? found('required-property-removed', 'it is gone, and readers need it')
        : found('property-removed', 'it is gone, and readers may look for it'),
    ];
  }
  if (isClosed(comparison, additional)) {
    return [
      found('property-removed-from-closed', 'it is gone, and refused where it is stored'),
      ...(wasRequired ? [found('required-removed', 'it may be missing now')] : []),
    ];
  }
  return [
    ...comparison.children(was, additional),
    ...(wasRequired ? [found('required-removed', 'it may be missing now')] : []),
  ];
}

function compareAdditional(comparison: Comparer, was: Child | undefined, is: Child | undefined): readonly Finding[] {
  if (was === undefined && is === undefined) return [];
  const wasClosed = was !== undefined && isClosed(comparison, was);
  const isClosedNow = is !== undefined && isClosed(comparison, is);
  if (wasClosed && isClosedNow) return [];
  if (isClosedNow) return [found('additional-properties-closed', 'properties without a name here are refused now')];
  if (wasClosed) return [found('additional-properties-opened', 'properties without a name here are accepted now')];
  if (was === undefined) return [found('additional-properties-described', 'properties of any name may be written now')];
  if (is === undefined)
    return [found('additional-properties-undescribed', 'properties of other names are not written any more')];
  return below('/*', comparison.children(was, is));
}

function isClosed({ normaliser }: Comparer, additional: Child): boolean {
  return normaliser.alternatives(additional).length === 0;
}
