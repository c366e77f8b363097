import type { Fired, Meter } from '../ports/meter.js';

export interface RecordingMeter extends Meter {
  /**
   * How often each thing was counted: milestones by their words, and `carried out`, `refused NOT_FOUND`, `late`,
   * `batch stored`, `batch lost`, `entry token`, `entries expired` and their like.
   */
  readonly counts: ReadonlyMap<string, number>;
  readonly fired: readonly Fired[];
}

/** Keeps what was counted, for tests that look at it. */
export function recordingMeter(): RecordingMeter {
  const counts = new Map<string, number>();
  const fired: Fired[] = [];
  const add = (name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by);
  return {
    counts,
    fired,
    storing: () => ({
      stored(batch) {
        add('batch stored');
        for (const milestone of batch.milestones) add(milestone);
        for (const { kind } of batch.entries) add(`entry ${kind}`);
        fired.push(...batch.fired);
      },
      failed: (why) => add(`batch ${why}`),
    }),
    carriedOut: () => add('carried out'),
    refused: (code) => add(`refused ${code}`),
    late: (entries) => add('late', entries),
    removed: (why, entries) => add(`entries ${why}`, entries),
  };
}
