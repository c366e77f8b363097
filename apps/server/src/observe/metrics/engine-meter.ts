import type { Fired, Meter, StreamEntry } from '@flovyn/engine';
import { type ErrorCode, errorCodes } from '@flovyn/protocol';
import { Histogram, type Registry } from 'prom-client';
import { addMilestones } from './milestones.js';
import { SECONDS, addCounter, countsOf } from './numbers.js';

const ENTRY_KINDS = ['state', 'token', 'progress', 'data', 'error'] as const satisfies readonly StreamEntry['kind'][];
const FIRED = ['timer', 'promise', 'delay', 'deadline'] as const satisfies readonly Fired['type'][];
const REMOVALS = ['expired', 'overfull'] as const;
const FAILURES = ['conflict', 'lost', 'fault'] as const;
/** Up to what one batch takes. */
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096];
/** Timers fire within milliseconds; after a standstill they may be late by an hour. */
const LATENESS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600];

/** What the engine counts, as metrics. */
export function createEngineMeter(registry: Registry): Meter {
  const registers = [registry];
  const milestones = addMilestones(registry);
  let committed = 0;
  addCounter(
    registry,
    { name: 'flovyn_changes_committed_total', help: 'Changes that were carried out and are stored.' },
    () => [[committed]],
  );
  const refused = countsOf(Object.keys(errorCodes) as ErrorCode[]);
  addCounter(
    registry,
    { name: 'flovyn_changes_refused_total', help: 'Changes that were refused, by error code.', labelNames: ['code'] },
    () => Object.entries(refused).map(([code, count]) => [count, { code }]),
  );
  const commitSeconds = new Histogram({
    name: 'flovyn_commit_seconds',
    help: 'How long batches of changes took to be stored.',
    buckets: [...SECONDS],
    registers,
  });
  const commitChanges = new Histogram({
    name: 'flovyn_commit_changes',
    help: 'How many changes were decided together in a batch.',
    buckets: BATCH_SIZES,
    registers,
  });
  const failures = countsOf(FAILURES);
  addCounter(
    registry,
    {
      name: 'flovyn_commit_failures_total',
      help: 'Batches that were not stored and decided again; conflict: others came first, lost: the database was out of reach.',
      labelNames: ['reason'],
    },
    () => FAILURES.map((reason) => [failures[reason], { reason }]),
  );
  const lateness = new Histogram({
    name: 'flovyn_timer_lateness_seconds',
    help: 'How late timers fired, promises timed out, delayed tasks became ready and the time of tasks was over.',
    labelNames: ['type'],
    buckets: LATENESS,
    registers,
  });
  for (const type of FIRED) lateness.zero({ type });
  const entries = countsOf(ENTRY_KINDS);
  addCounter(
    registry,
    {
      name: 'flovyn_stream_entries_written_total',
      help: 'Stream entries that were stored, by kind; state: news, all others: output of tasks.',
      labelNames: ['kind'],
    },
    () => ENTRY_KINDS.map((kind) => [entries[kind], { kind }]),
  );
  let late = 0;
  addCounter(
    registry,
    {
      name: 'flovyn_stream_entries_late_total',
      help: 'Output of tasks that came after the end of its attempt, or of its execution, and was passed over.',
    },
    () => [[late]],
  );
  const removed = countsOf(REMOVALS);
  addCounter(
    registry,
    {
      name: 'flovyn_stream_entries_removed_total',
      help: 'Stream entries that were let go; expired: some time after the end of their execution, overfull: output of one that had too much.',
      labelNames: ['reason'],
    },
    () => REMOVALS.map((reason) => [removed[reason], { reason }]),
  );

  return {
    storing() {
      const since = performance.now();
      return {
        stored(batch) {
          commitSeconds.observe((performance.now() - since) / 1_000);
          commitChanges.observe(batch.changes);
          for (const milestone of batch.milestones) milestones[milestone]++;
          for (const { kind } of batch.entries) entries[kind]++;
          for (const { type, lateMs } of batch.fired) lateness.observe({ type }, lateMs / 1_000);
        },
        failed: (why) => void failures[why]++,
      };
    },
    carriedOut: () => void committed++,
    refused: (code) => void refused[code]++,
    late: (count) => void (late += count),
    removed: (reason, count) => void (removed[reason] += count),
  };
}
