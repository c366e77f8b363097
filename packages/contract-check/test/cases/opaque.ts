import type { JsonSchema } from '../../src/index.js';
import { type Case, number, object, text } from './case.js';

const string = (rules: Record<string, unknown>): JsonSchema => ({ type: 'string', ...rules });
const bag = (rules: Record<string, unknown>): JsonSchema => ({ type: 'object', ...rules });
const list = (rules: Record<string, unknown>): JsonSchema => ({ type: 'array', ...rules });

/** A keyword that only people can judge: it comes, goes, changes, stays. */
function undecidable(
  keyword: string,
  of: (rules: Record<string, unknown>) => JsonSchema,
  one: unknown,
  other: unknown,
): readonly Case[] {
  return [
    [`${keyword} comes`, of({}), of({ [keyword]: one }), 'HH', 'keyword-changed'],
    [`${keyword} goes`, of({ [keyword]: one }), of({}), 'HH', 'keyword-changed'],
    [`${keyword} changes`, of({ [keyword]: one }), of({ [keyword]: other }), 'HH', 'keyword-changed'],
    [`${keyword} stays`, of({ [keyword]: one }), of({ [keyword]: one }), '--'],
  ];
}

export const opaque: readonly Case[] = [
  ...undecidable('not', string, { const: 'a' }, { const: 'b' }),
  ...undecidable('if', string, { const: 'a' }, { const: 'b' }),
  ...undecidable('then', string, { const: 'a' }, { const: 'b' }),
  ...undecidable('else', string, { const: 'a' }, { const: 'b' }),
  ...undecidable('contentEncoding', string, 'base64', 'base32'),
  ...undecidable('contentMediaType', string, 'a/b', 'a/c'),
  ...undecidable('patternProperties', bag, { '^x': text }, { '^x': number }),
  ...undecidable('propertyNames', bag, { maxLength: 3 }, { maxLength: 4 }),
  ...undecidable('dependentRequired', bag, { a: ['b'] }, { a: ['c'] }),
  ...undecidable('dependentSchemas', bag, { a: { required: ['b'] } }, { a: { required: ['c'] } }),
  ...undecidable('unevaluatedProperties', bag, false, text),
  ...undecidable('contains', list, text, number),
  ...undecidable('minContains', list, 1, 2),
  ...undecidable('maxContains', list, 1, 2),
  ...undecidable('unevaluatedItems', list, false, text),
  ...undecidable('readOnly', string, true, false),
  ...undecidable('writeOnly', string, true, false),

  [
    'the order of keys does not count',
    string({ not: { minLength: 1, maxLength: 3 } }),
    string({ not: { maxLength: 3, minLength: 1 } }),
    '--',
  ],
  ['docs in a rule do not count', string({ not: { const: 'a' } }), string({ not: { const: 'a', title: 'A' } }), '--'],
  [
    'a rule by reference',
    string({ not: { $ref: '#/$defs/a' }, $defs: { a: { const: 'a' } } }),
    string({ not: { const: 'a' } }),
    'HH',
    'keyword-changed',
  ],
  [
    'a rule by another reference',
    string({ not: { $ref: '#/$defs/a' }, $defs: { a: { const: 'a' } } }),
    string({ not: { $ref: '#/$defs/b' }, $defs: { b: { const: 'a' } } }),
    '--',
  ],
  [
    'what a rule refers to changes',
    string({ not: { $ref: '#/$defs/a' }, $defs: { a: { const: 'a' } } }),
    string({ not: { $ref: '#/$defs/a' }, $defs: { a: { const: 'b' } } }),
    'HH',
    'keyword-changed',
  ],
  [
    'a rule that refers to all',
    bag({ not: { required: ['a'], properties: { a: { $ref: '#' } } } }),
    bag({ not: { required: ['a'], properties: { a: { $ref: '#' } } } }),
    '--',
  ],
  [
    'a new property beside a rule that may forbid it',
    object({ a: text }, { not: { required: ['b'] } }),
    object({ a: text, 'b?': text }, { not: { required: ['b'] } }),
    'HH',
    'property-added',
    'beside-undecidable',
  ],
  [
    'a new property where names are limited',
    object({}, { propertyNames: { maxLength: 3 } }),
    object({ 'long?': text }, { propertyNames: { maxLength: 3 } }),
    'HH',
    'property-added',
    'beside-undecidable',
  ],
  [
    'a new property where others are not evaluated',
    object({}, { unevaluatedProperties: false }),
    object({ 'a?': text }, { unevaluatedProperties: false }),
    'HH',
    'property-added',
    'beside-undecidable',
  ],
  [
    'a name that may be anything, where others are not evaluated',
    object({ a: true }, { unevaluatedProperties: false }),
    { type: 'object', required: ['a'], unevaluatedProperties: false },
    'HH',
    'beside-undecidable',
  ],
  [
    'a place that may be anything, where others are not evaluated',
    list({ prefixItems: [true], unevaluatedItems: false }),
    list({ unevaluatedItems: false }),
    'HH',
    'beside-undecidable',
  ],
  [
    'an id below the root',
    object({ 'a?': { $id: 'x', type: 'string' } }),
    object({ 'a?': text }),
    'HH',
    'keyword-changed',
  ],
  ['an id at the root', string({ $id: 'x' }), string({ $id: 'y' }), '--'],

  ['a keyword nobody knows comes', text, string({ nullable: true }), 'BB', 'unknown-keyword-changed'],
  ['a keyword nobody knows goes', string({ nullable: true }), text, 'BB', 'unknown-keyword-changed'],
  [
    'a keyword nobody knows changes',
    string({ 'x-unit': 's' }),
    string({ 'x-unit': 'ms' }),
    'BB',
    'unknown-keyword-changed',
  ],
  ['a keyword nobody knows stays', string({ 'x-unit': 's' }), string({ 'x-unit': 's' }), '--'],
  ['a keyword of the prototype', text, string({ toString: 1 }), 'BB', 'unknown-keyword-changed'],
];

export const docs: readonly Case[] = [
  ['a description comes', text, string({ description: 'A' }), 'DD', 'docs-changed'],
  ['a description changes', string({ description: 'A' }), string({ description: 'B' }), 'DD', 'docs-changed'],
  ['a description goes', string({ description: 'A' }), text, 'DD', 'docs-changed'],
  ['a title', text, string({ title: 'A' }), 'DD', 'docs-changed'],
  ['examples', text, string({ examples: ['a'] }), 'DD', 'docs-changed'],
  ['a comment', text, string({ $comment: 'A' }), 'DD', 'docs-changed'],
  ['deprecated', text, string({ deprecated: true }), 'DD', 'docs-changed'],
  [
    'a description of a property',
    object({ a: text }),
    object({ a: string({ description: 'A' }) }),
    'DD',
    'docs-changed',
  ],
  ['a description of a list of values', { enum: ['a'] }, { enum: ['a'], description: 'A' }, 'DD', 'docs-changed'],
  [
    'a description beside a reference',
    { $ref: '#/$defs/a', $defs: { a: text } },
    { $ref: '#/$defs/a', description: 'A', $defs: { a: text } },
    'DD',
    'docs-changed',
  ],
  [
    'a description of several types is said once',
    { type: ['string', 'null'] },
    { type: ['string', 'null'], description: 'A' },
    'DD',
    'docs-changed',
  ],
  ['docs beside what breaks', text, { type: 'number', description: 'A' }, 'BB', 'type-removed', 'type-added'],
  [
    'what is filled in for a missing value',
    string({ default: 'a' }),
    string({ default: 'b' }),
    'HH',
    'default-changed',
  ],
  ['something is filled in', text, string({ default: 'a' }), 'HH', 'default-changed'],
  ['nothing is filled in', string({ default: 'a' }), text, 'HH', 'default-changed'],
  [
    'null is filled in',
    object({ 'a?': { type: ['string', 'null'] } }),
    object({ 'a?': { type: ['string', 'null'], default: null } }),
    'HH',
    'default-changed',
  ],
];
