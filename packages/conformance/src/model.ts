import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moveKinds, programs } from './model/moves.js';
import { live } from './model/run.js';
import type { TestDatabase } from './support/houses.js';
import { seed } from './support/requests.js';

export interface ModelBounds {
  /** How many lives, and how many moves in each. */
  readonly runs: number;
  readonly moves: number;
  /** After how many moves everything is looked at that is costly to look at; 1 when nothing is said. */
  readonly lookEvery?: number;
}

/** A failing life is made smaller for so long. */
const SHRINK_MS = 100_000;

/**
 * Random lives on a store: workers of both doors, clients, one or two servers, and everything that can go wrong with them.
 * After each step everything must be as a small model of the promises says, and in the end everything must end.
 * `FLOVYN_TEST_SEED`, and `FLOVYN_TEST_PATH` for a single one of them, repeat the lives of a run.
 */
export function modelConformance(
  name: string,
  makeDatabase: () => Promise<TestDatabase>,
  { runs, moves, lookEvery = 1 }: ModelBounds = { runs: 300, moves: 60 },
): void {
  describe(`engine on ${name}: any life`, () => {
    test('R01 R02 R03 R04 R05 R06 R08 R09 R10 R11 R13 R14 R16 R17 R18 R19 R29 keeps its promises, and ends', async () => {
      const total = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(programs(moves), fc.constantFrom(1, 2), async (program, servers) => {
          const database = await makeDatabase();
          try {
            for (const [what, times] of await live(database, program, { servers, lookEvery })) {
              total.set(what, (total.get(what) ?? 0) + times);
            }
          } finally {
            await database.drop();
          }
        }),
        { numRuns: runs, interruptAfterTimeLimit: SHRINK_MS, ...seed(), ...path() },
      );
      if (path().path === undefined) report(name, total, runs * moves);
    }, 120_000);
  });
}

function path(): { path?: string } {
  const given = process.env['FLOVYN_TEST_PATH'];
  return given === undefined ? {} : { path: given };
}

/** Says how much happened: a run in which it was little proves little. */
function report(name: string, total: ReadonlyMap<string, number>, moves: number): void {
  const counts = [...total].toSorted(([, a], [, b]) => b - a).map(([what, times]) => `${what}=${times}`);
  process.stdout.write(`any life on ${name}: ${counts.join(' ')}\n`);
  const least = Math.floor(moves / 9_000);
  for (const kind of moveKinds) expect(total.get(kind) ?? 0, `moves of kind ${kind}`).toBeGreaterThanOrEqual(least);
  const made = moveKinds.reduce((sum, kind) => sum + (total.get(kind) ?? 0), 0);
  expect(made, 'moves that found something to do').toBeGreaterThan(moves / 2);
  const { answered = 0, deaths = 0, executions = 0 } = Object.fromEntries(total);
  expect(answered, 'answers').toBeGreaterThan(moves / 4);
  expect(deaths, 'servers that died').toBeGreaterThanOrEqual(moves / 1_000);
  expect(executions, 'executions').toBeGreaterThan(moves / 20);
}
