import { beforeAll, describe, expect, test } from 'vitest';
import { streamCases } from './stream/cases/index.js';
import { linesOf } from './stream/cli/report.js';
import type { CaseResult } from './stream/player.js';
import { runCases } from './stream/run-cases.js';
import type { StreamTarget } from './stream/target.js';

/** More than the runner plays by itself: cases mostly wait, for the disk and for each other. */
const CONCURRENCY = 16;

const themes = Object.entries(streamCases).map(([theme, cases]) => {
  const quick = cases.filter(({ isSlow }) => isSlow !== true);
  return [theme, quick.map((each) => [each.promise, each.id, each.title] as const), quick] as const;
});

/**
 * The promises of streams, as anybody outside can see whether they are kept: a test for every case but the slow ones.
 * `target` is asked once, before the first case; all cases are played together then.
 */
export function describeStream(target: () => StreamTarget | Promise<StreamTarget>): void {
  describe('streams, seen from outside', () => {
    let results: ReadonlyMap<string, CaseResult>;
    beforeAll(async () => {
      const cases = themes.flatMap(([, , quick]) => quick);
      const played = await runCases(cases, await target(), { concurrency: CONCURRENCY });
      results = new Map(played.map((result) => [result.case.id, result]));
    });

    describe.each(themes)('%s', (_theme, titles) => {
      test.each(titles)('%s %s: %s', (_promise, id) => {
        const result = results.get(id);
        if (result?.findings.length !== 0) expect.fail(result && linesOf(result));
      });
    });
  });
}
