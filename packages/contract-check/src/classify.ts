import { Comparison } from './compare/comparison.js';
import { type Finding, type Report, toReport } from './difference.js';
import type { Role } from './role.js';
import { type JsonSchema, SchemaDocument } from './schema/document.js';
import { Normaliser } from './schema/normalise.js';
import { Work, isTooMuch } from './schema/work.js';

/**
 * What changed between two versions of a JSON Schema (draft 2020-12), and what each change does to whoever still has the
 * old one. Pure: it reads nothing but its arguments, and follows references within each schema only.
 *
 * Where the schemas do not say, the answer is never "fine": what cannot be decided is for a human, and a keyword this
 * package does not know counts as breaking when it changes.
 *
 * @param role - who uses the new schema while others have the old one.
 * @returns all differences, none for equal schemas. A comparison that takes too long ends as one for a human.
 * @param options - `maxSteps`: how much work the comparison may be, 100,000 by default: about a second.
 * @throws {SchemaError} if a part that is compared is not a schema.
 * @example
 *   import { classify } from '@flovyn/contract-check';
 *
 *   const before = { type: 'object', properties: { total: { type: 'number' } } };
 *   const after = { type: 'object', properties: { total: { type: 'integer' } } };
 *   console.log(classify(before, after, 'reader').class); // breaking: 12.5 may be stored
 *   console.log(classify(before, after, 'writer').class); // non-breaking: old readers take whole numbers
 */
export function classify(
  oldSchema: JsonSchema,
  newSchema: JsonSchema,
  role: Role,
  options: { readonly maxSteps?: number } = {},
): Report {
  return toReport(findingsBetween(oldSchema, newSchema, new Work(options.maxSteps)), role);
}

function findingsBetween(oldSchema: JsonSchema, newSchema: JsonSchema, work: Work): readonly Finding[] {
  try {
    const before = new SchemaDocument(oldSchema).root;
    const after = new SchemaDocument(newSchema).root;
    return new Comparison(new Normaliser(work), work).children([before], [after]);
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return [{ path: '', kind: 'too-complex', message: 'the schemas are too large to be compared' }];
  }
}
