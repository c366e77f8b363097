import type { Effect } from './role.js';

interface About {
  readonly effect: Effect;
  /** The kind of the same change made the other way round. */
  readonly mirror: string;
}

/** A change and its opposite: what the first takes away, the second gives back. */
function opposites<const Tight extends string, const Loose extends string>(
  tight: Tight,
  loose: Loose,
): Readonly<Record<Tight | Loose, About>> {
  const narrower: About = { effect: 'narrower', mirror: loose };
  const wider: About = { effect: 'wider', mirror: tight };
  return Object.fromEntries([
    [tight, narrower],
    [loose, wider],
  ]) as Record<Tight | Loose, About>;
}

/** A change that is of the same kind the other way round. */
function alone<const Name extends string>(effect: Effect, name: Name): Readonly<Record<Name, About>> {
  const about: About = { effect, mirror: name };
  return Object.fromEntries([[name, about]]) as Record<Name, About>;
}

/** Every kind of difference between two schemas, and what it does. A kind that is not listed cannot be reported. */
export const SCHEMA_KINDS = {
  ...opposites('type-removed', 'type-added'),
  ...opposites('null-removed', 'null-added'),
  ...opposites('integer-required', 'fraction-allowed'),
  ...opposites('value-removed', 'value-added'),
  ...alone('undecided', 'value-undecided'),
  ...opposites('enum-closed', 'enum-lifted'),
  ...opposites('words-listed', 'words-unlisted'),
  'open-enum-value-added': { effect: 'harmless', mirror: 'open-enum-value-removed' },
  'open-enum-value-removed': { effect: 'narrower', mirror: 'open-enum-value-added' },
  ...opposites('limit-tightened', 'limit-loosened'),
  ...opposites('multiple-tightened', 'multiple-loosened'),
  ...alone('moved', 'multiple-changed'),
  ...opposites('pattern-added', 'pattern-removed'),
  ...alone('undecided', 'pattern-changed'),
  ...opposites('format-added', 'format-removed'),
  ...alone('moved', 'format-changed'),
  ...opposites('unique-items-required', 'unique-items-lifted'),
  // Nobody writes a property that its schema does not name, unless that schema describes additional ones.
  'property-added': { effect: 'harmless', mirror: 'property-removed' },
  'property-removed': { effect: 'wider', mirror: 'property-added' },
  ...opposites('required-property-added', 'required-property-removed'),
  'property-added-to-closed': { effect: 'wider', mirror: 'property-removed-from-closed' },
  'property-removed-from-closed': { effect: 'moved', mirror: 'property-added-to-closed' },
  ...opposites('required-added', 'required-removed'),
  ...opposites('additional-properties-closed', 'additional-properties-opened'),
  'additional-properties-described': { effect: 'harmless', mirror: 'additional-properties-undescribed' },
  'additional-properties-undescribed': { effect: 'wider', mirror: 'additional-properties-described' },
  ...opposites('alternative-removed', 'alternative-added'),
  'union-member-added': { effect: 'harmless', mirror: 'alternative-removed' },
  ...opposites('union-closed', 'union-opened'),
  ...alone('undecided', 'beside-undecidable'),
  ...alone('undecided', 'keyword-changed'),
  ...alone('fatal', 'unknown-keyword-changed'),
  ...alone('undecided', 'default-changed'),
  ...alone('words', 'docs-changed'),
  ...alone('undecided', 'too-complex'),
} as const satisfies Record<string, About>;

/** Every kind of difference between two contracts that is not one between schemas, and what it does. */
export const CONTRACT_KINDS = {
  'event-added': { effect: 'harmless', mirror: 'event-removed' },
  'event-removed': { effect: 'fatal', mirror: 'event-added' },
  ...alone('fatal', 'event-renamed'),
  ...alone('fatal', 'sse-name-changed'),
  ...alone('fatal', 'id-syntax-changed'),
  ...alone('fatal', 'terminal-changed'),
  ...alone('fatal', 'meaning-changed'),
  ...alone('words', 'deprecation-changed'),
  'number-added': { effect: 'harmless', mirror: 'number-removed' },
  ...alone('fatal', 'number-removed'),
  ...alone('fatal', 'number-changed'),
  'history-added': { effect: 'harmless', mirror: 'history-removed' },
  ...alone('fatal', 'history-removed'),
  'golden-added': { effect: 'harmless', mirror: 'golden-removed' },
  ...alone('fatal', 'golden-removed'),
  ...alone('fatal', 'golden-changed'),
  ...alone('fatal', 'unknown-member-changed'),
} as const satisfies Record<string, About>;

/** The kind of a difference. */
export type DifferenceKind = keyof typeof SCHEMA_KINDS | keyof typeof CONTRACT_KINDS;

const KINDS: Readonly<Record<DifferenceKind, About>> = { ...SCHEMA_KINDS, ...CONTRACT_KINDS };

/** What a kind of difference does to the values that are allowed. */
export function effectOf(kind: DifferenceKind): Effect {
  return KINDS[kind].effect;
}

/** The kind of the same change made the other way round. */
export function mirrorOf(kind: DifferenceKind): string {
  return KINDS[kind].mirror;
}
