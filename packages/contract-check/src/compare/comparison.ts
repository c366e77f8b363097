import type { Finding } from '../difference.js';
import { effectOf } from '../kinds.js';
import type { Alternative } from '../schema/alternative.js';
import { tagsOf } from '../schema/disjoint.js';
import type { Child } from '../schema/document.js';
import { type Normaliser, keyOf } from '../schema/normalise.js';
import type { Work } from '../schema/work.js';
import { compareAlternatives } from './alternatives.js';
import type { Comparer } from './comparer.js';
import { compareRules } from './rules.js';

/**
 * Compares places of two documents. A pair of places that is met again inside of itself is taken to be without differences:
 * if it has some, they are found where it was met first.
 */
export class Comparison implements Comparer {
  readonly normaliser: Normaliser;
  readonly #work: Work;
  readonly #open = new Map<string, number>();
  readonly #tags = new Map<Alternative, ReadonlyMap<string, string>>();
  readonly #done = new Map<string, readonly Finding[]>();
  /** The outermost pair that was taken on trust since the present one was begun. */
  #leansOn = Number.POSITIVE_INFINITY;

  constructor(normaliser: Normaliser, work: Work) {
    this.normaliser = normaliser;
    this.#work = work;
  }

  children(before: Child, after: Child): readonly Finding[] {
    const key = `${keyOf(before)}|${keyOf(after)}`;
    const done = this.#done.get(key);
    if (done !== undefined) {
      this.#work.spend(1 + done.length);
      return done;
    }
    const depth = this.#open.get(key);
    if (depth !== undefined) {
      this.#leansOn = Math.min(this.#leansOn, depth);
      return [];
    }

    const mine = this.#open.size;
    const outer = this.#leansOn;
    this.#open.set(key, mine);
    this.#leansOn = Number.POSITIVE_INFINITY;
    const findings = compareAlternatives(
      this,
      this.normaliser.alternatives(before),
      this.normaliser.alternatives(after),
    );
    this.#open.delete(key);
    // Kept only if it holds by itself: what it leaned on may still turn out to be different.
    if (this.#leansOn >= mine) {
      this.#done.set(key, findings);
      this.#leansOn = outer;
    } else {
      this.#leansOn = Math.min(outer, this.#leansOn);
    }
    return findings;
  }

  tags(alternative: Alternative): ReadonlyMap<string, string> {
    let tags = this.#tags.get(alternative);
    if (tags === undefined) {
      tags = tagsOf(alternative, this.normaliser);
      this.#tags.set(alternative, tags);
    }
    return tags;
  }

  rules(before: Alternative, after: Alternative): readonly Finding[] {
    this.#work.spend(1);
    return compareRules(this, before, after);
  }

  isWithin(inner: Alternative, outer: Alternative): boolean {
    return this.rules(inner, outer).every(({ kind }) => ['wider', 'words'].includes(effectOf(kind)));
  }

  isSame(before: Alternative, after: Alternative): boolean {
    return this.rules(before, after).every(({ kind }) => effectOf(kind) === 'words');
  }
}
