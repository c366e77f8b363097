import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonError } from './json-position.js';

describe('where JSON goes wrong', () => {
  it.each([
    ['{"a":x}', 5],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ['{"a" 1}', 5],
    ['[1 2]', 3],
    ['{"a":1', 6],
    ['', 0],
    ['nul', 3],
    ['"\t"', 1],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['01', 1],
    ['-', 1],
    ['1.', 2],
    ['1e', 2],
    ['{}}', 2],
  ])('%s at %i', (text, at) => {
    expect(findJsonError(text)).toBe(at);
  });

  it('agrees with the parser on what is JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, noise) => {
        expect(findJsonError(json)).toBeUndefined();
        const place = at % (json.length + 1);
        const mutated = json.slice(0, place) + noise + json.slice(place + 1);
        expect(findJsonError(mutated) === undefined).toBe(parses(mutated));
      }),
      { numRuns: 2_000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
