/** Words that are stored as numbers. */
export type Codes<Word extends string> = Readonly<Record<Word, number>>;

/** The word that a stored number stands for. */
export function wordOf<Word extends string>(codes: Codes<Word>, stored: number): Word {
  for (const word in codes) if (codes[word] === stored) return word;
  throw new Error(`The stored number ${stored} stands for none of: ${Object.keys(codes).join(', ')}`);
}
