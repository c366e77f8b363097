import type { Finding } from '../difference.js';
import type { Alternative } from '../schema/alternative.js';
import type { Child } from '../schema/document.js';
import type { Normaliser } from '../schema/normalise.js';

/** What each part of a comparison may ask of the whole. */
export interface Comparer {
  readonly normaliser: Normaliser;
  /** What differs between two places. */
  children(before: Child, after: Child): readonly Finding[];
  /** What differs between two alternatives of one type, but for their listed values. */
  rules(before: Alternative, after: Alternative): readonly Finding[];
  /** Whether every value of one alternative surely satisfies another, whoever has written it. */
  isWithin(inner: Alternative, outer: Alternative): boolean;
  /** Whether nothing but words for people differs. */
  isSame(before: Alternative, after: Alternative): boolean;
  /** The properties that tell which alternative of a union this is, with their only values as text. */
  tags(alternative: Alternative): ReadonlyMap<string, string>;
}
