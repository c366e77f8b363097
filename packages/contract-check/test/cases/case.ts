import type { DifferenceClass, DifferenceKind, JsonSchema } from '../../src/index.js';

/** `B` breaking, `H` needs a human, `N` non-breaking, `D` docs, `-` no difference: for the reader, then for the writer. */
type Letter = 'B' | 'H' | 'N' | 'D' | '-';

/** One change: why it is judged as it is, both versions, the verdicts of reader and writer, and the kinds reported. */
export type Case = readonly [
  why: string,
  before: JsonSchema,
  after: JsonSchema,
  verdicts: `${Letter}${Letter}`,
  ...kinds: DifferenceKind[],
];

export const LETTERS: Readonly<Record<string, DifferenceClass | 'same'>> = {
  B: 'breaking',
  H: 'needs-a-human',
  N: 'non-breaking',
  D: 'docs',
  '-': 'same',
};

export const text = { type: 'string' } as const;
export const number = { type: 'number' } as const;
export const integer = { type: 'integer' } as const;
export const flag = { type: 'boolean' } as const;
export const nothing = { type: 'null' } as const;

/** An object of these properties; a question mark after a name means that it may be missing. */
export function object(properties: Record<string, JsonSchema>, more: Record<string, unknown> = {}): JsonSchema {
  const entries = Object.entries(properties);
  const required = entries.flatMap(([name]) => (name.endsWith('?') ? [] : [name]));
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, held]) => [name.replace('?', ''), held])),
    ...(required.length > 0 && { required }),
    ...more,
  };
}

export const closed = { additionalProperties: false } as const;

/** A member of a union, told by its `type`. */
export function member(type: string, properties: Record<string, JsonSchema> = {}): JsonSchema {
  return object({ type: { const: type }, ...properties });
}
