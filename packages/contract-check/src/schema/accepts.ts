import { type Json, type JsonObject, canonical } from '../json.js';
import { type Alternative, type Count, itemOf, propertyOf } from './alternative.js';
import type { Child } from './document.js';
import { typeOf } from './keywords.js';
import { isMultiple } from './multiple.js';

/** Whether something holds; undefined when it cannot be told. */
export type Answer = boolean | undefined;

/**
 * Whether listed values are accepted. Patterns and formats are never run: a pattern comes from whoever wrote the schema, and
 * may take for ever.
 */
export class Acceptance {
  readonly #alternatives: (child: Child) => readonly Alternative[] | undefined;

  constructor(alternatives: (child: Child) => readonly Alternative[] | undefined) {
    this.#alternatives = alternatives;
  }

  /** By at least one of these. */
  bySome(alternatives: readonly Alternative[] | undefined, value: Json): Answer {
    if (alternatives === undefined) return undefined;
    const answers = alternatives.map((one) => this.byOne(one, value));
    return answers.includes(true) || (answers.includes(undefined) ? undefined : false);
  }

  byOne(alternative: Alternative, value: Json): Answer {
    const { type, values, opaque } = alternative;
    if (typeOf(value) !== type) return false;
    if (values && !isListed(values, value)) return false;
    const answers = [...this.#rules(alternative, value), opaque.size === 0 || undefined];
    return !answers.includes(false) && (answers.includes(undefined) ? undefined : true);
  }

  #rules(alternative: Alternative, value: Json): readonly Answer[] {
    switch (typeof value) {
      case 'number':
        return numberRules(alternative, value);
      case 'string':
        return [
          ...countRules(alternative.counts, Array.from(value).length, 'Length'),
          alternative.patterns.length === 0 || undefined,
          alternative.formats.length === 0 || undefined,
        ];
      case 'object':
        if (value === null) return [];
        return Array.isArray(value)
          ? this.#arrayRules(alternative, value as readonly Json[])
          : this.#objectRules(alternative, value as JsonObject);
      default:
        return [];
    }
  }

  #arrayRules(alternative: Alternative, items: readonly Json[]): readonly Answer[] {
    return [
      ...countRules(alternative.counts, items.length, 'Items'),
      !alternative.unique || new Set(items.map(canonical)).size === items.length,
      ...items.map((item, index) => this.bySome(this.#alternatives(itemOf(alternative, index)), item)),
    ];
  }

  #objectRules(alternative: Alternative, value: JsonObject): readonly Answer[] {
    const entries = Object.entries(value);
    return [
      ...countRules(alternative.counts, entries.length, 'Properties'),
      ...[...alternative.required].map((name) => Object.hasOwn(value, name)),
      ...entries.map(([name, held]) => this.bySome(this.#alternatives(propertyOf(alternative, name) ?? []), held)),
    ];
  }
}

const texts = new WeakMap<readonly Json[], ReadonlySet<string>>();

/** Whether a list has a value. Lists are long, and asked for each of their values. */
export function isListed(values: readonly Json[], value: Json): boolean {
  let known = texts.get(values);
  if (known === undefined) {
    known = new Set(values.map(canonical));
    texts.set(values, known);
  }
  return known.has(canonical(value));
}

function numberRules({ integer, lower, upper, multiples }: Alternative, value: number): readonly Answer[] {
  return [
    !integer || Number.isInteger(value),
    !lower || value > lower.value || (value === lower.value && !lower.exclusive),
    !upper || value < upper.value || (value === upper.value && !upper.exclusive),
    ...multiples.map((multiple) => isMultiple(value, multiple)),
  ];
}

function countRules(counts: Alternative['counts'], size: number, of: 'Length' | 'Items' | 'Properties'): Answer[] {
  const least = counts[`min${of}` satisfies Count] ?? 0;
  const most = counts[`max${of}` satisfies Count] ?? Number.POSITIVE_INFINITY;
  return [size >= least, size <= most];
}
