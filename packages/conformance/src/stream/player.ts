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

/** Plays cases against one target, as many at a time as it is asked to. Whoever opens it closes it. */
export interface StreamPlayer {
  /** Never throws: what could not be done is a finding. */
  play(streamCase: StreamCase): Promise<CaseResult>;
  close(): void;
}

/** How cases are played. */
export interface PlayOptions {
  /** How long each step of a case may take, in milliseconds. 20 s when absent. */
  readonly timeoutMs?: number | undefined;
}

/** 20 s: three times the longest that a server waits for what does not exist. */
const TIMEOUT_MS = 20_000;

/** @throws {Error} when a server cannot be reached, does not take a key, or does not know the organisation. */
export async function openPlayer(
  target: StreamTarget,
  { timeoutMs = TIMEOUT_MS }: PlayOptions = {},
): Promise<StreamPlayer> {
  const opened = await openTarget(target, timeoutMs);
  return {
    async play(streamCase) {
      const begun = performance.now();
      const findings = await playCase(streamCase, opened, timeoutMs);
      const { id, promise, title } = streamCase;
      return { case: { id, promise, title }, tookMs: Math.round(performance.now() - begun), findings };
    },
    close: opened.close,
  };
}
