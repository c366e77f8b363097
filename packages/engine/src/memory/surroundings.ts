import type { ExecutionId } from '../ids.js';
import type { Clock, Ids, Reporter, Timer } from '../ports/surroundings.js';

export interface ManualClock extends Clock, Timer {
  advance(ms: number): void;
}

/** A clock that moves when a test says so, and rings then. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let now = start;
  const alarms = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    now: () => now,
    after: (ms, run) => {
      const alarm = { at: now + ms, run };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    advance: (ms) => {
      now += ms;
      for (const alarm of [...alarms].toSorted((a, b) => a.at - b.at)) {
        if (alarm.at <= now && alarms.delete(alarm)) alarm.run();
      }
    },
  };
}

/** Ids that count: the same ones in every run. */
export function countingIds(seed = 1): Ids {
  let count = 0;
  const next = (): string => {
    count += 1;
    return count.toString(16).padStart(12, '0');
  };
  const prefix = seed.toString(16).padStart(8, '0');
  return {
    executionId: () => `${prefix}-0000-7000-8000-${next()}` as ExecutionId,
    token: () => `token-${prefix}-${next()}`,
    epoch: () => `e${seed}-${next()}`,
  };
}

interface Said {
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Keeps what was said, for tests that look at it. */
export function recordingReporter(): Reporter & { readonly said: readonly Said[] } {
  const said: Said[] = [];
  return {
    said,
    warn: (message, details = {}) => void said.push({ level: 'warn', message, details }),
    error: (message, details = {}) => void said.push({ level: 'error', message, details }),
  };
}
