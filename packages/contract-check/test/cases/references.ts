import type { JsonSchema } from '../../src/index.js';
import { type Case, integer, nothing, number, object, text } from './case.js';

const where = (schema: JsonSchema, $defs: Record<string, JsonSchema>): JsonSchema => ({ ...(schema as object), $defs });
const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

const tree = (value: JsonSchema): JsonSchema => object({ value, children: { type: 'array', items: { $ref: '#' } } });
const pair = (value: JsonSchema): JsonSchema =>
  where(ref('even'), {
    even: object({ 'next?': ref('odd'), v: text }),
    odd: object({ 'next?': ref('even'), v: value }),
  });

/** `A` and `B` refer to each other; `u` is a guess that fails where `A` has changed, `q` needs `B` all the same. */
const guessed = (v: JsonSchema, ...others: JsonSchema[]): JsonSchema =>
  where(object({ u: { anyOf: [object({ p: ref('A') }), ...others] }, q: ref('B') }), {
    A: object({ 'b?': ref('B'), v }),
    B: object({ 'back?': ref('A') }),
  });

export const references: readonly Case[] = [
  ['a reference is what it leads to', where(ref('a'), { a: text }), text, '--'],
  ['the name of a definition does not count', where(ref('a'), { a: text }), where(ref('b'), { b: text }), '--'],
  ['definitions that nobody uses do not count', where(text, { a: text }), where(text, { b: number }), '--'],
  [
    'what it leads to changes',
    where(ref('a'), { a: text }),
    where(ref('a'), { a: number }),
    'BB',
    'type-removed',
    'type-added',
  ],
  ['a reference to a reference', where(ref('a'), { a: ref('b'), b: text }), text, '--'],
  [
    'rules beside a reference',
    { ...(where(ref('a'), { a: text }) as object), maxLength: 3 },
    { type: 'string', maxLength: 3 },
    '--',
  ],
  ['a reference in older words', { $ref: '#/definitions/a', definitions: { a: text } }, text, '--'],
  ['a name that is written with escapes', { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': text } }, text, '--'],
  ['a reference into a list', { $ref: '#/anyOf/1', anyOf: [number, text] }, text, '--'],
  [
    'the same reference twice',
    where(object({ p: ref('a'), q: ref('a') }), { a: text }),
    object({ p: text, q: text }),
    '--',
  ],
  [
    'a definition that is used twice changes twice',
    where(object({ p: ref('a'), q: ref('a') }), { a: number }),
    where(object({ p: ref('a'), q: ref('a') }), { a: integer }),
    'BN',
    'integer-required',
    'integer-required',
  ],

  ['the same tree', tree(text), tree(text), '--'],
  ['another tree', tree(text), tree(number), 'BB', 'type-removed', 'type-added'],
  ['a wider tree', tree(integer), tree(number), 'NB', 'fraction-allowed'],
  [
    'a tree written out once',
    tree(text),
    where(object({ value: text, children: { type: 'array', items: ref('t') } }), {
      t: object({ value: text, children: { type: 'array', items: ref('t') } }),
    }),
    '--',
  ],
  ['two that need each other', pair(text), pair(text), '--'],
  ['one of two that need each other changes', pair(text), pair(number), 'BB', 'type-removed', 'type-added'],
  [
    'a list with an end',
    where(ref('l'), { l: { anyOf: [nothing, object({ head: integer, tail: ref('l') })] } }),
    where(ref('l'), { l: { anyOf: [nothing, object({ head: number, tail: ref('l') })] } }),
    'NB',
    'fraction-allowed',
  ],
  [
    'a list that loses its end',
    where(ref('l'), { l: { anyOf: [nothing, object({ 'tail?': ref('l') })] } }),
    where(ref('l'), { l: object({ 'tail?': ref('l') }) }),
    'BN',
    'null-removed',
  ],
  ['what is only itself allows nothing', where(ref('a'), { a: ref('a') }), false, '--'],
  ['itself or text is text', where(ref('a'), { a: { anyOf: [ref('a'), text] } }), text, '--'],

  [
    'what was assumed while a guess was tried is looked at again',
    guessed(text),
    guessed(number, { type: 'object' }),
    'BB',
    'alternative-added',
    'type-removed',
    'type-added',
  ],
  ['a reference that leads nowhere stays', { $ref: 'other.json' }, { $ref: 'other.json' }, '--'],
  [
    'a reference that leads nowhere changes',
    { $ref: 'other.json' },
    { $ref: 'another.json' },
    'HH',
    'keyword-changed',
    'value-undecided',
    'value-undecided',
    'value-undecided',
  ],
  ['a reference to a missing definition', { type: 'string', $ref: '#/$defs/none' }, text, 'HH', 'keyword-changed'],
  ['an anchor is not looked for', { type: 'string', $ref: '#here' }, text, 'HH', 'keyword-changed'],
];
