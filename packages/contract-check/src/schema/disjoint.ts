import { type Json, canonical } from '../json.js';
import type { Alternative } from './alternative.js';
import type { Normaliser } from './normalise.js';

/** Whether no value satisfies two of the branches: then `oneOf` says the same as `anyOf`. */
export function isDisjoint(branches: readonly (readonly Alternative[])[], normaliser: Normaliser): boolean {
  return branches.every((branch, index) =>
    branches.slice(index + 1).every((other) => branch.every((a) => other.every((b) => isApart(a, b, normaliser)))),
  );
}

function isApart(a: Alternative, b: Alternative, normaliser: Normaliser): boolean {
  if (a.type !== b.type) return true;
  const { acceptance } = normaliser;
  const refuses = (one: Alternative, value: Json): boolean => acceptance.byOne(one, value) === false;
  if (a.values) return a.values.every((value) => refuses(b, value));
  if (b.values) return b.values.every((value) => refuses(a, value));
  const tags = tagsOf(a, normaliser);
  return [...tagsOf(b, normaliser)].some(
    ([name, text]) => a.required.has(name) && b.required.has(name) && tags.has(name) && tags.get(name) !== text,
  );
}

/** The properties that can only have one value, with it as text: they tell the alternatives of a union apart. */
export function tagsOf({ type, properties }: Alternative, normaliser: Normaliser): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  if (type !== 'object') return tags;
  for (const [name, child] of properties) {
    const [only, ...others] = normaliser.tryAlternatives(child) ?? [];
    const [value, ...more] = only?.values ?? [];
    if (value !== undefined && others.length === 0 && more.length === 0) tags.set(name, canonical(value));
  }
  return tags;
}
