/**
 * Who uses the new schema while the others, and everything that is stored, still have the old one.
 *
 * - `reader`: the new schema reads. What was written under the old one, stored data included, must still be accepted.
 * - `writer`: the new schema writes. Readers with the old one must accept what it writes, and still find what they read.
 * - `both`: readers and writers change at different times, in any order.
 */
export type Role = 'reader' | 'writer' | 'both';

/** Every role. */
export const ROLES = ['reader', 'writer', 'both'] as const satisfies readonly Role[];

/**
 * What a difference does in a role.
 *
 * - `breaking`: somebody fails, or loses what they had.
 * - `needs-a-human`: the schemas do not say; somebody has to look.
 * - `non-breaking`: everybody carries on, but may want to know.
 * - `docs`: only words for people.
 */
export type DifferenceClass = 'breaking' | 'needs-a-human' | 'non-breaking' | 'docs';

/** The worst first. */
export const CLASSES = [
  'breaking',
  'needs-a-human',
  'non-breaking',
  'docs',
] as const satisfies readonly DifferenceClass[];

/** What a change does to the set of values a schema allows. It does not depend on who asks; the class does. */
export type Effect =
  /** Something that was allowed no longer is. */
  | 'narrower'
  /** Something is allowed, or left out, that was not before. */
  | 'wider'
  /** Both of these. */
  | 'moved'
  /** Nobody who keeps to either schema notices. */
  | 'harmless'
  /** It cannot be told from the schemas. */
  | 'undecided'
  /** It breaks whatever the role. */
  | 'fatal'
  /** Words for people. */
  | 'words';

const VERDICTS: Readonly<Record<Effect, Readonly<Record<Role, DifferenceClass>>>> = {
  narrower: { reader: 'breaking', writer: 'non-breaking', both: 'breaking' },
  wider: { reader: 'non-breaking', writer: 'breaking', both: 'breaking' },
  moved: { reader: 'breaking', writer: 'breaking', both: 'breaking' },
  harmless: { reader: 'non-breaking', writer: 'non-breaking', both: 'non-breaking' },
  undecided: { reader: 'needs-a-human', writer: 'needs-a-human', both: 'needs-a-human' },
  fatal: { reader: 'breaking', writer: 'breaking', both: 'breaking' },
  words: { reader: 'docs', writer: 'docs', both: 'docs' },
};

/** What an effect means in a role. */
export function judge(effect: Effect, role: Role): DifferenceClass {
  return VERDICTS[effect][role];
}

/** The worst of some classes; `same` when there is none. */
export function worst(classes: readonly DifferenceClass[]): DifferenceClass | 'same' {
  return CLASSES.find((one) => classes.includes(one)) ?? 'same';
}
