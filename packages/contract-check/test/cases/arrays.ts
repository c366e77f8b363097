import type { JsonSchema } from '../../src/index.js';
import { type Case, flag, integer, number, object, text } from './case.js';

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const tuple = (...prefixItems: JsonSchema[]): JsonSchema => ({ type: 'array', prefixItems });
const exactly = (...prefixItems: JsonSchema[]): JsonSchema => ({ type: 'array', prefixItems, items: false });

export const arrays: readonly Case[] = [
  ['the same items', list(text), list(text), '--'],
  ['any items, said aloud', { type: 'array' }, list(true), '--'],
  ['items of another type', list(text), list(number), 'BB', 'type-removed', 'type-added'],
  ['items are widened', list(integer), list(number), 'NB', 'fraction-allowed'],
  ['items are narrowed', list(number), list(integer), 'BN', 'integer-required'],
  ['items get a type', { type: 'array' }, list(text), 'BN', 'null-removed', 'type-removed'],
  ['items lose their type', list(text), { type: 'array' }, 'NB', 'null-added', 'type-added'],
  ['no items at all', list(text), list(false), 'BN', 'type-removed'],
  ['an item may be null', list(text), list({ type: ['string', 'null'] }), 'NB', 'null-added'],
  ['lists of lists', list(list(integer)), list(list(number)), 'NB', 'fraction-allowed'],
  [
    'objects in a list get a property',
    list(object({ a: text })),
    list(object({ a: text, 'b?': text })),
    'NN',
    'property-added',
  ],
  ['objects in a list lose a property', list(object({ 'a?': text })), list(object({})), 'NB', 'property-removed'],
  ['the same places', tuple(text, number), tuple(text, number), '--'],
  ['another type in the first place', tuple(text, number), tuple(flag, number), 'BB', 'type-removed', 'type-added'],
  ['a wider type in the second place', tuple(text, integer), tuple(text, number), 'NB', 'fraction-allowed'],
  [
    'two places are swapped',
    tuple(integer, number),
    tuple(number, integer),
    'BB',
    'fraction-allowed',
    'integer-required',
  ],
  ['a third place, where anything was', tuple(text), tuple(text, text), 'BN', 'null-removed', 'type-removed'],
  ['a place less, where anything may be', tuple(text, text), tuple(text), 'NB', 'null-added', 'type-added'],
  ['a place more, where nothing was', exactly(text), exactly(text, text), 'NB', 'type-added'],
  ['a place less, where nothing may be', exactly(text, text), exactly(text), 'BN', 'type-removed'],
  ['a place as all the others', list(text), { type: 'array', prefixItems: [text], items: text }, '--'],
  [
    'a place unlike the others',
    list(text),
    { type: 'array', prefixItems: [number], items: text },
    'BB',
    'type-removed',
    'type-added',
  ],
  [
    'the rest changes',
    { type: 'array', prefixItems: [text], items: integer },
    { type: 'array', prefixItems: [text], items: number },
    'NB',
    'fraction-allowed',
  ],
];
