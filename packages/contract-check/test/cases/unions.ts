import type { JsonSchema } from '../../src/index.js';
import { type Case, flag, integer, member, nothing, number, object, text } from './case.js';

const union = (...anyOf: JsonSchema[]): JsonSchema => ({ anyOf });
const open = (...anyOf: JsonSchema[]): JsonSchema => ({ 'x-open-union': 'type', anyOf });
const one = (...oneOf: JsonSchema[]): JsonSchema => ({ oneOf });
const all = (...allOf: JsonSchema[]): JsonSchema => ({ allOf });

const a = member('a', { x: number });
const b = member('b', { y: text });
const c = member('c');

export const unions: readonly Case[] = [
  ['the same union', union(a, b), union(a, b), '--'],
  ['the order does not count', union(a, b), union(b, a), '--'],
  ['a union of one is that one', union(a), a, '--'],
  ['a union in a union', union(union(a, b), c), union(a, b, c), '--'],
  ['an alternative more', union(a, b), union(a, b, c), 'NB', 'alternative-added'],
  ['an alternative less', union(a, b, c), union(a, b), 'BN', 'alternative-removed'],
  [
    'an alternative is renamed',
    union(a, b, member('c')),
    union(a, b, member('d')),
    'BB',
    'value-removed',
    'value-added',
  ],
  [
    'two are renamed',
    union(a, member('c'), member('d')),
    union(a, member('e'), member('f')),
    'BB',
    'alternative-removed',
    'alternative-removed',
    'alternative-added',
    'alternative-added',
  ],
  [
    'a property of one alternative is narrowed',
    union(a, b),
    union(member('a', { x: integer }), b),
    'BN',
    'integer-required',
  ],
  [
    'a property of one alternative is widened',
    union(member('a', { x: integer }), b),
    union(a, b),
    'NB',
    'fraction-allowed',
  ],
  [
    'an alternative gets a property',
    union(a, b),
    union(a, member('b', { y: text, 'z?': text })),
    'NN',
    'property-added',
  ],
  [
    'an alternative gets a constant',
    union(a, b),
    union(member('a', { x: number, 'v?': { const: 1 } }), b),
    'NN',
    'property-added',
  ],
  [
    'of alternatives without a name',
    union(object({ p: text }), object({ q: text })),
    union(object({ q: text }), object({ p: text })),
    '--',
  ],
  [
    'one without a name is narrowed',
    union(object({ p: number }), object({ q: text })),
    union(object({ q: text }), object({ p: integer })),
    'BN',
    'integer-required',
  ],
  ['one that another covers is no loss', union({ type: 'string', maxLength: 3 }, text), text, '--'],
  ['one that another covers is no gain', text, union(text, { type: 'string', maxLength: 3 }), '--'],
  [
    'one that says nothing is a gain, although nobody writes what it does not name',
    union(a, object({ 'x?': number })),
    union(a, object({ 'x?': number }), object({})),
    'NB',
    'alternative-added',
  ],
  ['types in a union', union(text, number), union(text, number, flag), 'NB', 'type-added'],
  ['types in a union go', union(text, number, nothing), union(text), 'BN', 'null-removed', 'type-removed'],
  [
    'ids or words',
    union({ type: 'string', pattern: 'x' }, { const: 'me' }),
    union({ type: 'string', pattern: 'x' }, { enum: ['me', 'you'] }),
    'HH',
    'value-undecided',
  ],
  [
    'a rule beside a union',
    { anyOf: [text, number], maxLength: 3 },
    union({ type: 'string', maxLength: 3 }, number),
    '--',
  ],
  ['a type beside a union', { type: 'string', anyOf: [text, number] }, text, '--'],

  ['a member more of an open union', open(a, b), open(a, b, c), 'NN', 'union-member-added'],
  ['a member less of an open union', open(a, b, c), open(a, b), 'BN', 'alternative-removed'],
  [
    'a member of an open union is renamed',
    open(a, b, member('c')),
    open(a, b, member('d')),
    'BN',
    'alternative-removed',
    'union-member-added',
  ],
  ['a member of an open union changes', open(a, b), open(member('a', { x: integer }), b), 'BN', 'integer-required'],
  ['a union is opened', union(a, b), open(a, b), 'NB', 'union-opened'],
  ['an open union is closed', open(a, b), union(a, b), 'BN', 'union-closed'],
  ['a union is opened and grows', union(a, b), open(a, b, c), 'NB', 'union-opened', 'alternative-added'],
  ['open unions in a union', union(open(a, b), nothing), union(open(a, b, c), nothing), 'NN', 'union-member-added'],
  ['an open union of one grows', open(a), open(a, b), 'NN', 'union-member-added'],

  ['oneOf of things apart is a union', one(a, b), union(a, b), '--'],
  ['oneOf of types apart is a union', one(text, number), { type: ['string', 'number'] }, '--'],
  ['oneOf gets another member', one(a, b), one(a, b, c), 'NB', 'alternative-added'],
  ['oneOf loses a member', one(a, b, c), one(a, b), 'BN', 'alternative-removed'],
  ['oneOf of things that overlap stays', one(integer, number), one(integer, number), '--'],
  [
    'oneOf of things that overlap is not a union',
    one({ type: 'string', maxLength: 3 }, text),
    text,
    'BB',
    'alternative-removed',
    'alternative-added',
  ],
  [
    'oneOf of things that overlap changes',
    one(object({ p: text }), object({ q: text })),
    one(object({ p: text }), object({ r: text })),
    'BB',
    'alternative-removed',
    'alternative-added',
  ],

  ['allOf of one is that one', all(a), a, '--'],
  ['allOf joins properties', all(object({ p: text }), object({ q: number })), object({ p: text, q: number }), '--'],
  ['allOf tightens', all(number, { minimum: 3 }), { type: 'number', minimum: 3 }, '--'],
  [
    'allOf takes the tighter',
    all({ type: 'number', minimum: 3 }, { minimum: 2 }),
    { type: 'number', minimum: 3 },
    '--',
  ],
  [
    'allOf takes the tighter length',
    all({ type: 'string', maxLength: 3 }, { maxLength: 2 }),
    { type: 'string', maxLength: 2 },
    '--',
  ],
  [
    'allOf of two types is what is in both',
    all({ type: ['string', 'null'] }, { type: ['string', 'number'] }),
    text,
    '--',
  ],
  ['allOf with a type apart allows nothing', all(text, number), false, '--'],
  ['allOf gets a rule', number, all(number, { maximum: 3 }), 'BN', 'limit-tightened'],
  ['allOf loses a rule', all(number, { maximum: 3 }), number, 'NB', 'limit-loosened'],
  ['allOf of the same property', all(object({ p: number }), object({ p: integer })), object({ p: integer }), '--'],
  [
    'allOf where one part is closed refuses the other',
    all(object({ 'p?': text }), object({ 'q?': text }, { additionalProperties: false })),
    object({ 'p?': false, 'q?': text }, { additionalProperties: false }),
    '--',
  ],
  [
    'allOf over a union',
    all(union(text, number), { maxLength: 2 }),
    union({ type: 'string', maxLength: 2 }, number),
    '--',
  ],
  ['allOf of unions', all(union(text, number), union(number, flag)), number, '--'],
  [
    'allOf of items',
    all({ type: 'array', items: number }, { items: integer }),
    { type: 'array', items: integer },
    '--',
  ],
];
