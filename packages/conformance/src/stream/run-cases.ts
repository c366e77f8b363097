import { type CaseResult, type PlayOptions, openPlayer } from './player.js';
import type { StreamTarget } from './target.js';
import type { StreamCase } from './vocabulary.js';

/** How cases are run. */
export interface RunOptions extends PlayOptions {
  /** How many cases are played at a time. 8 when absent. */
  readonly concurrency?: number | undefined;
  /** Told of each case as it ends. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

const CONCURRENCY = 8;

/**
 * Plays cases against a server, several at a time.
 *
 * @returns the results, in the order of the cases.
 * @throws {Error} when a server cannot be reached, does not take a key, or does not know the organisation.
 */
export async function runCases(
  cases: readonly StreamCase[],
  target: StreamTarget,
  { timeoutMs, concurrency = CONCURRENCY, onResult }: RunOptions = {},
): Promise<CaseResult[]> {
  const player = await openPlayer(target, { timeoutMs });
  const results = new Map<StreamCase, CaseResult>();
  // The slow ones first: the others are played beside them.
  const waiting = cases.toSorted((one, other) => Number(other.isSlow ?? false) - Number(one.isSlow ?? false));
  const play = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await player.play(next);
      results.set(next, result);
      onResult?.(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, play));
  } finally {
    player.close();
  }
  return cases.flatMap((each) => results.get(each) ?? []);
}
