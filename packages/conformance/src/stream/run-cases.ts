import type { Finding } from './checks/finding.js';
import { playCase } from './play/play.js';
import { openTarget } from './play/stage.js';
import type { StreamTarget } from './target.js';
import type { StreamCase } from './vocabulary.js';

/** What came of one case. */
export interface CaseResult {
  readonly case: Pick<StreamCase, 'id' | 'promise' | 'title'>;
  /** Milliseconds it took. */
  readonly tookMs: number;
  /** What was promised and not seen; empty when the promise was kept. */
  readonly findings: readonly Finding[];
}

/** How cases are run. */
export interface RunOptions {
  /** How long each step of a case may take, in milliseconds. 20 s when absent. */
  readonly timeoutMs?: number | undefined;
  /** How many cases are played at a time. 8 when absent. */
  readonly concurrency?: number | undefined;
  /** Told of each case as it ends. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

/** 20 s: three times the longest that a server waits for what does not exist. */
const TIMEOUT_MS = 20_000;
const CONCURRENCY = 8;

/**
 * Plays cases against a server, several at a time.
 *
 * @returns the results, in the order of the cases.
 * @throws {Error} when the server cannot be reached, or does not know the organisation.
 */
export async function runCases(
  cases: readonly StreamCase[],
  target: StreamTarget,
  { timeoutMs = TIMEOUT_MS, concurrency = CONCURRENCY, onResult }: RunOptions = {},
): Promise<CaseResult[]> {
  const opened = await openTarget(target);
  const results = new Map<StreamCase, CaseResult>();
  // The slow ones first: the others are played beside them.
  const waiting = [...cases].sort((one, other) => Number(other.isSlow ?? false) - Number(one.isSlow ?? false));
  const play = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const begun = performance.now();
      const findings = await playCase(next, opened, timeoutMs);
      const { id, promise, title } = next;
      const result = { case: { id, promise, title }, tookMs: Math.round(performance.now() - begun), findings };
      results.set(next, result);
      onResult?.(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, play));
  } finally {
    opened.close();
  }
  return cases.flatMap((each) => results.get(each) ?? []);
}
