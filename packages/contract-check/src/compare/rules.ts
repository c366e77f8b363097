import type { Finding } from '../difference.js';
import type { Alternative } from '../schema/alternative.js';
import { compareArrays } from './array.js';
import type { Comparer } from './comparer.js';
import { found } from './findings.js';
import { compareCounts, compareNumbers } from './limits.js';
import { compareNotes } from './notes.js';
import { compareObjects } from './object.js';
import { compareStrings } from './string.js';

/** Standard keywords that are compared as text only: whether a change of theirs matters is for people to say. */
const UNDECIDABLE = new Set([
  '$id',
  '$ref',
  '$dynamicRef',
  '$dynamicAnchor',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'minContains',
  'maxContains',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'readOnly',
  'writeOnly',
]);

/** What differs between two alternatives of a type. */
export function compareRules(comparison: Comparer, before: Alternative, after: Alternative): readonly Finding[] {
  const parts = [...compareCounts(before, after), ...compareTyped(comparison, before, after)];
  const isChanged = parts.length > 0 || !namesTheSame(before, after);
  return [...parts, ...compareOpaque(before, after, isChanged), ...compareNotes(before, after)];
}

/** Rules about all other properties and items depend on which are named, even those of which anything is allowed. */
function namesTheSame(before: Alternative, after: Alternative): boolean {
  const [was, is] = [before.properties, after.properties];
  return (
    was.size === is.size &&
    [...was.keys()].every((name) => is.has(name)) &&
    before.prefix.length === after.prefix.length
  );
}

function compareTyped(comparison: Comparer, before: Alternative, after: Alternative): readonly Finding[] {
  switch (before.type) {
    case 'number':
      return compareNumbers(before, after);
    case 'string':
      return compareStrings(before, after);
    case 'array':
      return compareArrays(comparison, before, after);
    case 'object':
      return compareObjects(comparison, before, after);
    case 'null':
    case 'boolean':
      return [];
  }
}

function compareOpaque(before: Alternative, after: Alternative, isChanged: boolean): readonly Finding[] {
  const keywords = [...new Set([...before.opaque.keys(), ...after.opaque.keys()])];
  const changes = keywords
    .filter((keyword) => before.opaque.get(keyword) !== after.opaque.get(keyword))
    .map((keyword) =>
      UNDECIDABLE.has(keyword)
        ? found('keyword-changed', `\`${keyword}\` has changed`)
        : found('unknown-keyword-changed', `\`${keyword}\`, which is no keyword we know, has changed`),
    );
  const [beside] = keywords;
  // Such a rule may speak of what has changed: `not` forbids a property that is new, say.
  if (changes.length > 0 || !isChanged || beside === undefined) return changes;
  return [found('beside-undecidable', `\`${keywords.join('`, `')}\` may concern what has changed here`)];
}
