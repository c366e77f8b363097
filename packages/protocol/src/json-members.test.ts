import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { joinJson, jsonMembers } from './json-members.js';
import type { Json } from './json.js';

const cut = (text: string): Record<string, string> => Object.fromEntries(jsonMembers(text as Json) ?? []);

describe('jsonMembers', () => {
  it('gives each value as the very text it was', () => {
    expect(cut(' { "a" : 1.50 ,\n "b":[1, 2 ] , "c\\"" : "x\\\\" ,"d":{"}":"]"} } ')).toEqual({
      a: '1.50',
      b: '[1, 2 ]',
      'c"': '"x\\\\"',
      d: '{"}":"]"}',
    });
    expect(cut('{}')).toEqual({});
  });

  it('gives a repeated name its last value, as parsers do', () => {
    expect(cut('{"a":1,"a":2}')).toEqual({ a: '2' });
  });

  it.each(['[1]', 'null', '"{}"', ''])('says that %s is not an object', (text) => {
    expect(jsonMembers(text as Json)).toBeUndefined();
  });

  it('agrees with the parser on any object, with and without spacing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
        const parsed = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
        const members = jsonMembers(JSON.stringify(parsed, null, indent) as Json);
        expect(new Map([...(members ?? [])].map(([name, text]) => [name, JSON.parse(text) as unknown]))).toEqual(
          new Map(Object.entries(parsed)),
        );
      }),
    );
  });
});

describe('joinJson', () => {
  it('puts payloads beside values without touching them', () => {
    const text = joinJson({ id: 'x', missing: undefined, at: null }, { input: '1.0' as Json, output: undefined });
    expect(text).toBe('{"id":"x","at":null,"input":1.0}');
    expect(joinJson({}, {})).toBe('{}');
  });
});
