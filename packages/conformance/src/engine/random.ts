import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { Houses } from '../support/houses.js';
import { randomLife } from '../support/random-life.js';
import { seed } from '../support/requests.js';

export function randomSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: any order of things`, () => {
    test('R01 R11 R17 random completions, failures, output and losses leave sound histories and finish', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 5, maxLength: 60 }), async (moves) => {
          await withHouse((house) => randomLife(house, moves));
        }),
        { numRuns: name === 'memory' ? 60 : 8, ...seed() },
      );
    }, 120_000);
  });
}
