import type { Finding } from '../difference.js';
import { type DifferenceKind, effectOf } from '../kinds.js';
import type { Json } from '../json.js';
import type { Alternative } from '../schema/alternative.js';
import { tagsOf } from '../schema/disjoint.js';
import type { Child } from '../schema/document.js';
import { type Normaliser, keyOf } from '../schema/normalise.js';
import type { Work } from '../schema/work.js';
import { compareAlternatives } from './alternatives.js';
import { compareRules } from './rules.js';

/** A finding at the place that is looked at. */
export function found(kind: DifferenceKind, message: string): Finding {
  return { path: '', kind, message };
}

/** Findings of a part, told from the whole. */
export function below(step: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, path: step + finding.path }));
}

/** A value in a sentence, cut short. */
export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * Compares places of two documents. A pair of places that is met again inside of itself is taken to be without differences:
 * if it has some, they are found where it was met first.
 */
export class Comparison {
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

  /** Which alternative of a union this is: asked for each pair of them. */
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

  /** Whether every value of one alternative surely satisfies another, whoever has written it. */
  isWithin(inner: Alternative, outer: Alternative): boolean {
    return this.rules(inner, outer).every(({ kind }) => ['wider', 'words'].includes(effectOf(kind)));
  }

  isSame(before: Alternative, after: Alternative): boolean {
    return this.rules(before, after).every(({ kind }) => effectOf(kind) === 'words');
  }
}
