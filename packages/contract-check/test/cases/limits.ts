import type { JsonSchema } from '../../src/index.js';
import type { Case } from './case.js';

const number = (rules: Record<string, number>): JsonSchema => ({ type: 'number', ...rules });
const integer = (rules: Record<string, number>): JsonSchema => ({ type: 'integer', ...rules });
const text = (rules: Record<string, number | string>): JsonSchema => ({ type: 'string', ...rules });
const list = (rules: Record<string, number | boolean>): JsonSchema => ({ type: 'array', ...rules });
const map = (rules: Record<string, number>): JsonSchema => ({ type: 'object', ...rules });

/** The four changes of a limit that wants at least so much. */
function least(keyword: string, of: (rules: Record<string, number>) => JsonSchema): readonly Case[] {
  return [
    [`${keyword} comes`, of({}), of({ [keyword]: 3 }), 'BN', 'limit-tightened'],
    [`${keyword} goes`, of({ [keyword]: 3 }), of({}), 'NB', 'limit-loosened'],
    [`${keyword} rises`, of({ [keyword]: 3 }), of({ [keyword]: 4 }), 'BN', 'limit-tightened'],
    [`${keyword} falls`, of({ [keyword]: 3 }), of({ [keyword]: 2 }), 'NB', 'limit-loosened'],
    [`${keyword} stays`, of({ [keyword]: 3 }), of({ [keyword]: 3 }), '--'],
  ];
}

/** The four changes of a limit that allows at most so much. */
function most(keyword: string, of: (rules: Record<string, number>) => JsonSchema): readonly Case[] {
  return [
    [`${keyword} comes`, of({}), of({ [keyword]: 3 }), 'BN', 'limit-tightened'],
    [`${keyword} goes`, of({ [keyword]: 3 }), of({}), 'NB', 'limit-loosened'],
    [`${keyword} rises`, of({ [keyword]: 3 }), of({ [keyword]: 4 }), 'NB', 'limit-loosened'],
    [`${keyword} falls`, of({ [keyword]: 3 }), of({ [keyword]: 2 }), 'BN', 'limit-tightened'],
    [`${keyword} stays`, of({ [keyword]: 3 }), of({ [keyword]: 3 }), '--'],
  ];
}

export const limits: readonly Case[] = [
  ...least('minimum', number),
  ...least('exclusiveMinimum', number),
  ...most('maximum', number),
  ...most('exclusiveMaximum', number),
  ...least('minimum', integer),
  ...most('maximum', integer),
  ...least('minLength', text),
  ...most('maxLength', text),
  ...least('minItems', list),
  ...most('maxItems', list),
  ...least('minProperties', map),
  ...most('maxProperties', map),

  ['the end is left out', number({ minimum: 3 }), number({ exclusiveMinimum: 3 }), 'BN', 'limit-tightened'],
  ['the end is let in', number({ exclusiveMinimum: 3 }), number({ minimum: 3 }), 'NB', 'limit-loosened'],
  ['the upper end is left out', number({ maximum: 3 }), number({ exclusiveMaximum: 3 }), 'BN', 'limit-tightened'],
  ['the upper end is let in', number({ exclusiveMaximum: 3 }), number({ maximum: 3 }), 'NB', 'limit-loosened'],
  ['more than 0 is at least 1', integer({ exclusiveMinimum: 0 }), integer({ minimum: 1 }), '--'],
  ['less than 9 is at most 8', integer({ exclusiveMaximum: 9 }), integer({ maximum: 8 }), '--'],
  ['at least a half is at least 1', integer({ minimum: 0.5 }), integer({ minimum: 1 }), '--'],
  ['at most 2.5 is at most 2', integer({ maximum: 2.5 }), integer({ maximum: 2 }), '--'],
  ['but not for fractions', number({ exclusiveMinimum: 0 }), number({ minimum: 1 }), 'BN', 'limit-tightened'],
  ['only the tighter end counts', number({ minimum: 1, exclusiveMinimum: 5 }), number({ exclusiveMinimum: 5 }), '--'],
  ['the inclusive end may be the tighter', number({ maximum: 1, exclusiveMaximum: 5 }), number({ maximum: 1 }), '--'],
  [
    'both ends',
    number({ minimum: 1, maximum: 5 }),
    number({ minimum: 2, maximum: 6 }),
    'BB',
    'limit-tightened',
    'limit-loosened',
  ],
  ['at least none is no limit', text({}), text({ minLength: 0 }), '--'],
  ['at least none is no limit, of items', list({ minItems: 0 }), list({}), '--'],
  ['a limit of another type says nothing', text({}), { type: 'string', minimum: 3 }, '--'],
  ['safe integers are asked for', integer({}), integer({ maximum: Number.MAX_SAFE_INTEGER }), 'BN', 'limit-tightened'],

  ['a multiple is asked for', number({}), number({ multipleOf: 0.5 }), 'BN', 'multiple-tightened'],
  ['a multiple is not asked for', number({ multipleOf: 0.5 }), number({}), 'NB', 'multiple-loosened'],
  ['a larger step', number({ multipleOf: 0.1 }), number({ multipleOf: 0.3 }), 'BN', 'multiple-tightened'],
  ['a smaller step', number({ multipleOf: 0.3 }), number({ multipleOf: 0.1 }), 'NB', 'multiple-loosened'],
  ['another step', number({ multipleOf: 0.2 }), number({ multipleOf: 0.3 }), 'BB', 'multiple-changed'],
  ['tens of whole numbers', integer({}), integer({ multipleOf: 10 }), 'BN', 'multiple-tightened'],
  [
    'whole steps are whole numbers',
    number({}),
    number({ multipleOf: 2 }),
    'BN',
    'integer-required',
    'multiple-tightened',
  ],
  ['the same step', number({ multipleOf: 3 }), integer({ multipleOf: 3 }), '--'],
  ['cents to thousandths', number({ multipleOf: 1e-2 }), number({ multipleOf: 1e-3 }), 'NB', 'multiple-loosened'],
  ['thousands to hundreds', number({ multipleOf: 1e21 }), number({ multipleOf: 1e20 }), 'NB', 'multiple-loosened'],

  ['a pattern comes', text({}), text({ pattern: '^a' }), 'BN', 'pattern-added'],
  ['a pattern goes', text({ pattern: '^a' }), text({}), 'NB', 'pattern-removed'],
  ['another pattern: who could tell', text({ pattern: '^a' }), text({ pattern: '^ab' }), 'HH', 'pattern-changed'],
  ['the same pattern', text({ pattern: '^a' }), text({ pattern: '^a' }), '--'],
  [
    'a second pattern',
    text({ pattern: '^a' }),
    { allOf: [text({ pattern: '^a' }), { pattern: 'z$' }] },
    'BN',
    'pattern-added',
  ],
  [
    'one of two patterns goes',
    { allOf: [{ pattern: '^a' }, text({ pattern: 'z$' })] },
    text({ pattern: '^a' }),
    'NB',
    'pattern-removed',
  ],
  [
    'the order of patterns does not count',
    { allOf: [text({ pattern: 'a' }), { pattern: 'b' }] },
    { allOf: [{ pattern: 'b' }, text({ pattern: 'a' })] },
    '--',
  ],
  ['a format comes', text({}), text({ format: 'uuid' }), 'BN', 'format-added'],
  ['a format goes', text({ format: 'uuid' }), text({}), 'NB', 'format-removed'],
  ['another format', text({ format: 'uuid' }), text({ format: 'email' }), 'BB', 'format-changed'],
  ['the same format', text({ format: 'uuid' }), text({ format: 'uuid' }), '--'],
  [
    'format for pattern',
    text({ format: 'uuid' }),
    text({ pattern: '^.{36}$' }),
    'BB',
    'pattern-added',
    'format-removed',
  ],

  ['no item twice', list({}), list({ uniqueItems: true }), 'BN', 'unique-items-required'],
  ['items may repeat', list({ uniqueItems: true }), list({}), 'NB', 'unique-items-lifted'],
  ['said that items may repeat', list({}), list({ uniqueItems: false }), '--'],
];
