import { describe, expect, it } from 'vitest';

import { type Json, type JsonSchema, SchemaError, classify } from '../src/index.js';

describe('what is no schema', () => {
  it.each([
    ['a text', 'string'],
    ['null', null],
    ['a list of schemas for items', { type: 'array', items: [{ type: 'string' }] }],
    ['an end that is told by a flag', { type: 'number', minimum: 1, exclusiveMinimum: true }],
    ['a type nobody knows', { type: 'date' }],
    ['a property that must be there, told by itself', { required: true }],
    ['a list of alternatives that is none', { anyOf: { type: 'string' } }],
    ['steps of nothing', { multipleOf: 0 }],
  ] as [string, Json][])('is refused: %s', (_, schema) => {
    expect(() => classify(schema as JsonSchema, true, 'both')).toThrow(SchemaError);
    expect(() => classify(true, schema as JsonSchema, 'both')).toThrow(SchemaError);
  });
});

describe('schemas that would take for ever', () => {
  it('are left to a human: alternatives that multiply', () => {
    const two: Json = { anyOf: [{ minLength: 1 }, { maxLength: 9 }] };
    const many: JsonSchema = { type: 'string', allOf: Array.from({ length: 40 }, () => two) };
    expect(classify(many, { ...many, maxLength: 5 }, 'reader').differences.map(({ kind }) => kind)).toEqual([
      'too-complex',
    ]);
    expect(classify(many, many, 'reader').class).toBe('needs-a-human');
  });

  it('are left to a human: references written out again and again', () => {
    const levels = Array.from({ length: 40 }, (_, level): [string, Json] => {
      const next = { $ref: `#/$defs/d${level + 1}` };
      return [`d${level}`, { properties: { a: next, b: next } }];
    });
    const $defs = Object.fromEntries([...levels, ['d40', true]]) as Json;
    const schema: JsonSchema = { not: { $ref: '#/$defs/d0' }, $defs };
    expect(classify(schema, schema, 'both').class).toBe('needs-a-human');
    // Where they need not be written out, the same pair is looked at once.
    expect(classify({ $ref: '#/$defs/d0', $defs }, { $ref: '#/$defs/d0', $defs }, 'both').class).toBe('same');
  });

  it('are left to a human: nested deeper than a stack is high', () => {
    const text = `${'{"items":'.repeat(50_000)}{}${'}'.repeat(50_000)}`;
    const [before, after] = [JSON.parse(text) as JsonSchema, JSON.parse(text) as JsonSchema];
    expect(classify(before, after, 'both').class).toBe('needs-a-human');
  });

  it('may be given less time', () => {
    const properties = Object.fromEntries(Array.from({ length: 100 }, (_, place) => [`p${place}`, { type: 'string' }]));
    const schema: JsonSchema = { type: 'object', properties };
    expect(classify(schema, schema, 'both').class).toBe('same');
    expect(classify(schema, schema, 'both', { maxSteps: 50 }).class).toBe('needs-a-human');
  });

  it('run no pattern', () => {
    const slow: JsonSchema = { type: 'string', pattern: '^(a+)+$' };
    expect(classify({ const: `${'a'.repeat(60)}!` }, slow, 'reader').class).toBe('needs-a-human');
  });

  it('are not made up of what every object inherits', () => {
    const before = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as JsonSchema;
    const after = JSON.parse('{"properties":{"__proto__":{"type":"number"}}}') as JsonSchema;
    expect(classify(before, after, 'both').class).toBe('breaking');
    expect(classify({ $ref: '#/$defs/toString', $defs: {} }, true, 'reader').class).toBe('needs-a-human');
  });
});
