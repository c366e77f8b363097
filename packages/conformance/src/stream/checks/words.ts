import { type Reading, allHeard } from '../play/heard.js';
import { type Finding, finding, listOf } from './finding.js';

/** Exactly these, with the first difference shown. */
export function wordsFindings(reading: Reading, words: readonly string[]): Finding[] {
  const all = allHeard(reading);
  const heard = all.filter(({ name }) => name !== 'ready');
  const index = Array.from({ length: Math.max(words.length, heard.length) }).findIndex(
    (_, at) => words[at] !== heard[at]?.word,
  );
  if (index === -1) return [];
  const different = heard[index];
  const seen = `${different?.word ?? 'nothing'} in place of ${words[index] ?? 'nothing'}, at ${index + 1}`;
  return [finding(reading, listOf(words), seen, different === undefined ? undefined : all.indexOf(different))];
}

/** These in this order, whatever stands between them. */
export function inOrderFindings(reading: Reading, words: readonly string[]): Finding[] {
  const heard = allHeard(reading);
  let from = 0;
  for (const [index, word] of words.entries()) {
    const at = heard.findIndex((message, place) => place >= from && message.word === word);
    if (at === -1) {
      const previous = index === 0 ? 'anywhere' : `after ${words[index - 1]}`;
      return [finding(reading, listOf(words), `no ${word} ${previous}`, from - 1)];
    }
    from = at + 1;
  }
  return [];
}

/** None of these. */
export function neverFindings(reading: Reading, words: readonly string[]): Finding[] {
  return allHeard(reading).flatMap(({ word }, index) =>
    words.includes(word) ? [finding(reading, `no ${word}`, word, index)] : [],
  );
}
