import { type Json, type JsonObject, isObject } from '../json.js';
import type { SchemaDocument } from './document.js';
import { NOTES } from './keywords.js';
import type { Work } from './work.js';

/**
 * A rule as text that is equal for equal rules of two documents: references are written out, what is for people is left
 * away. A reference back into what is being written out becomes the number of steps back.
 */
export function expanded(value: Json, document: SchemaDocument, work: Work, within: readonly Json[] = []): string {
  work.spend(1);
  if (Array.isArray(value)) return `[${value.map((item: Json) => expanded(item, document, work, within)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const reference = value['$ref'];
  const target = typeof reference === 'string' ? document.find(reference)?.schema : undefined;
  const members = Object.entries(value)
    .filter(([key]) => !(NOTES as readonly string[]).includes(key) && !(key === '$ref' && target !== undefined))
    .map(([key, held]) => `${JSON.stringify(key)}:${expanded(held, document, work, within)}`);
  if (target !== undefined) members.push(`"$ref":${targetText(target, document, work, within)}`);
  return `{${members.toSorted().join(',')}}`;
}

function targetText(
  target: JsonObject | boolean,
  document: SchemaDocument,
  work: Work,
  within: readonly Json[],
): string {
  const back = within.lastIndexOf(target);
  return back >= 0 ? `<${within.length - back} back>` : expanded(target, document, work, [...within, target]);
}
