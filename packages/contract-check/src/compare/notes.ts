import type { Finding } from '../difference.js';
import type { Alternative } from '../schema/alternative.js';
import { found } from './findings.js';

/** What is said for people, and what readers may fill in for what is missing. */
export function compareNotes(before: Alternative, after: Alternative): readonly Finding[] {
  const keywords = [...new Set([...before.notes.keys(), ...after.notes.keys()])];
  return keywords
    .filter((keyword) => before.notes.get(keyword) !== after.notes.get(keyword))
    .map((keyword) =>
      keyword === 'default'
        ? found('default-changed', 'what readers may take for a missing value is another one')
        : found('docs-changed', `\`${keyword}\` has changed`),
    );
}
