import type { Json } from '../json.js';
import type { Child } from './document.js';

/** The types of JSON values. An integer is a number without a fraction. */
export const VALUE_TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** What stands at an end of a range of numbers. */
export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** Keywords that say how much there may be: the side they limit, and of which type. */
export const COUNTS = {
  minLength: { side: 'least', of: 'string' },
  maxLength: { side: 'most', of: 'string' },
  minItems: { side: 'least', of: 'array' },
  maxItems: { side: 'most', of: 'array' },
  minProperties: { side: 'least', of: 'object' },
  maxProperties: { side: 'most', of: 'object' },
} as const;
export type Count = keyof typeof COUNTS;

/**
 * One way for a value to be right: a single type and everything that must hold of it. A schema is a list of these, of which
 * a value satisfies at least one. Rules that do not concern the type are ignored.
 */
export interface Alternative {
  readonly type: ValueType;
  /** The only values allowed, when they are listed. */
  readonly values?: readonly Json[];
  /** The words an open enum lists; any other text is allowed as well. */
  readonly words?: readonly string[];
  readonly integer: boolean;
  readonly lower?: Bound;
  readonly upper?: Bound;
  readonly multiples: readonly number[];
  readonly counts: Readonly<Partial<Record<Count, number>>>;
  readonly patterns: readonly string[];
  readonly formats: readonly string[];
  readonly unique: boolean;
  /** What the first items are, each by its place. */
  readonly prefix: readonly Child[];
  /** What all later items are. */
  readonly rest: Child;
  readonly properties: ReadonlyMap<string, Child>;
  readonly required: ReadonlySet<string>;
  /** What properties without a name of their own are. Undefined: they are allowed, and nobody writes them. */
  readonly additional?: Child;
  /** Rules whose meaning is not looked into, as text, by keyword. */
  readonly opaque: ReadonlyMap<string, string>;
  /** The property that tells the members of this open union apart: readers let unknown members pass. */
  readonly openUnion?: string;
  /** What is said for people or for those who fill in defaults, as text, by keyword. */
  readonly notes: ReadonlyMap<string, string>;
}

/** What this alternative asks of a property. Undefined: nothing, and nobody writes it. */
export function propertyOf({ properties, additional }: Alternative, name: string): Child | undefined {
  return properties.get(name) ?? additional;
}

/** What this alternative asks of an item. */
export function itemOf({ prefix, rest }: Alternative, index: number): Child {
  return prefix[index] ?? rest;
}
