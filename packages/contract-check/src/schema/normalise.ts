import type { Json, JsonObject } from '../json.js';
import { Acceptance } from './accepts.js';
import type { Alternative } from './alternative.js';
import { isDisjoint } from './disjoint.js';
import { type Child, type Node, SchemaDocument } from './document.js';
import { expanded } from './expanded.js';
import { intersect } from './intersect.js';
import { ownAlternatives } from './keywords.js';
import type { Work } from './work.js';

const ANYTHING: JsonObject = {};
const EMPTY = new SchemaDocument(ANYTHING);

/** Turns schemas into lists of alternatives, so that `anyOf`, a list of types and an enum can be compared. */
export class Normaliser {
  readonly #work: Work;
  readonly #known = new Map<string, readonly Alternative[]>();
  readonly #busy = new Set<string>();
  readonly acceptance = new Acceptance((child) => this.tryAlternatives(child));

  constructor(work: Work) {
    this.#work = work;
  }

  /** The ways in which a value can be right. None: no value is. */
  alternatives(child: Child): readonly Alternative[] {
    const key = keyOf(child);
    let found = this.#known.get(key);
    if (found === undefined) {
      this.#busy.add(key);
      const [first = this.#anything(), ...others] = child.map((node) => this.#ofNode(node, []));
      found = merged(others.reduce((all, one) => this.#product(all, one), first));
      this.#known.set(key, found);
      this.#busy.delete(key);
    }
    return found;
  }

  /** The same, for questions that come up while alternatives are being made: undefined for those themselves. */
  tryAlternatives(child: Child): readonly Alternative[] | undefined {
    return this.#busy.has(keyOf(child)) ? undefined : this.alternatives(child);
  }

  #anything(): readonly Alternative[] {
    return ownAlternatives(ANYTHING, EMPTY, () => '');
  }

  /** @param within - what is being looked at already: a schema that is only itself again allows nothing new. */
  #ofNode(node: Node, within: readonly Node[]): readonly Alternative[] {
    const { schema, document } = node;
    this.#work.spend(1);
    if (schema === true) return this.#anything();
    if (schema === false || within.includes(node)) return [];
    const inside = [...within, node];
    const textOf = (value: Json): string => expanded(value, document, this.#work);
    const listOf = (keyword: string): readonly (readonly Alternative[])[] => {
      const list = schema[keyword];
      return Array.isArray(list) ? list.map((one: Json) => this.#ofNode(document.node(one), inside)) : [];
    };

    let found = ownAlternatives(schema, document, textOf).flatMap((one) => this.#possible(one, one));
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      const target = document.find(reference);
      const referred = target
        ? this.#ofNode(target, inside)
        : marked(this.#anything(), '$ref', JSON.stringify(reference));
      found = this.#product(found, referred);
    }
    for (const one of listOf('allOf')) found = this.#product(found, one);
    if (schema['anyOf'] !== undefined) found = this.#product(found, listOf('anyOf').flat());
    if (schema['oneOf'] !== undefined) {
      const branches = listOf('oneOf');
      const isUnion = isDisjoint(branches, this);
      found = this.#product(
        found,
        isUnion ? branches.flat() : marked(branches.flat(), 'oneOf', textOf(schema['oneOf'])),
      );
    }
    return found;
  }

  #product(left: readonly Alternative[], right: readonly Alternative[]): Alternative[] {
    this.#work.spend(left.length * right.length);
    return left.flatMap((a) =>
      right.flatMap((b) => {
        const common = intersect(a, b);
        return common === undefined ? [] : this.#possible(common, a, b);
      }),
    );
  }

  /** Without the listed values that one of the parents refuses. */
  #possible(common: Alternative, ...parents: readonly Alternative[]): Alternative[] {
    if (common.values === undefined) return [common];
    this.#work.spend(common.values.length);
    const values = common.values.filter((value) =>
      parents.every((parent) => this.acceptance.byOne(parent, value) !== false),
    );
    return values.length === 0 ? [] : [{ ...common, values }];
  }
}

/** The same text for the same places of the same documents. */
export function keyOf(child: Child): string {
  return child
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)
    .join('.');
}

function marked(alternatives: readonly Alternative[], keyword: string, text: string): readonly Alternative[] {
  return alternatives.map((one) => ({ ...one, opaque: new Map([...one.opaque, [keyword, text]]) }));
}

/** Listed values of a type together, as if one enum had listed them all. */
function merged(alternatives: readonly Alternative[]): readonly Alternative[] {
  const kept: Alternative[] = [];
  for (const one of alternatives) {
    const at = kept.findIndex((other) => isPlainList(one) && isPlainList(other) && one.type === other.type);
    const other = kept[at];
    if (other === undefined) kept.push(one);
    else kept[at] = { ...other, values: [...(other.values ?? []), ...(one.values ?? [])] };
  }
  return kept;
}

function isPlainList({ values, opaque, openUnion }: Alternative): boolean {
  return values !== undefined && opaque.size === 0 && openUnion === undefined;
}
