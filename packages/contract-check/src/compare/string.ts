import type { Finding } from '../difference.js';
import type { DifferenceKind } from '../kinds.js';
import type { Alternative } from '../schema/alternative.js';
import { found, shown } from './findings.js';

/** Patterns, formats and the words of open enums. */
export function compareStrings(before: Alternative, after: Alternative): readonly Finding[] {
  return [
    ...compareSets('pattern', before.patterns, after.patterns),
    ...compareSets('format', before.formats, after.formats),
    ...compareWords(before.words, after.words),
  ];
}

/** Rules that all have to hold: one more is tighter, one less is looser, and of one for another nothing is known. */
function compareSets(name: 'pattern' | 'format', was: readonly string[], is: readonly string[]): readonly Finding[] {
  const gone = was.filter((one) => !is.includes(one));
  const come = is.filter((one) => !was.includes(one));
  if (gone.length === 0 && come.length === 0) return [];
  const what = gone.length === 0 ? 'added' : come.length === 0 ? 'removed' : 'changed';
  const kind: DifferenceKind = `${name}-${what}`;
  return [found(kind, `${name} was ${was.join(' and ') || 'absent'}, is ${is.join(' and ') || 'absent'}`)];
}

function compareWords(was: readonly string[] | undefined, is: readonly string[] | undefined): readonly Finding[] {
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [found('words-listed', 'readers take only listed words for known now')];
  if (is === undefined) return [found('words-unlisted', 'the known words are no longer listed')];
  return [
    ...was
      .filter((word) => !is.includes(word))
      .map((word) => found('open-enum-value-removed', `${shown(word)} is no longer listed`)),
    ...is
      .filter((word) => !was.includes(word))
      .map((word) => found('open-enum-value-added', `${shown(word)} is listed now; readers may want to handle it`)),
  ];
}
