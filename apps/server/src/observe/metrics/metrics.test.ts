import type { Milestone } from '@flovyn/engine';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseMetrics } from '../../../test/support/scraped.js';
import type { Watched } from './gauges.js';
import { createMetrics } from './metrics.js';
import { places } from './milestones.js';

const idle: Watched = {
  backlog: () => ({ changes: 3, bytes: 500 }),
  oldestWaitMs: () => 1_500,
  present: () => ({ sessions: 2, singles: 4, polls: 1 }),
  waiting: () => Promise.resolve({ workflow: { ready: 7, unserved: 5 }, task: { ready: 0, unserved: 0 } }),
};

function setUp(engine: Partial<Watched> = {}) {
  const metrics = createMetrics('1.2.3');
  metrics.watch({ ...idle, ...engine });
  return { metrics, scrape: async () => parseMetrics((await metrics.read()).text) };
}

describe('the metrics', () => {
  it('are named and described alike: our prefix, the unit, and a sentence', () => {
    const { metrics } = setUp();
    for (const { name, help, type } of metrics.registry.getMetricsAsArray() as unknown as readonly {
      readonly name: string;
      readonly help: string;
      readonly type: string;
    }[]) {
      expect(name).toMatch(/^flovyn_[a-z_]+$/);
      expect(help).toMatch(/^[A-Zg].*\.$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_(seconds|changes)$/);
    }
  });

  it('count each milestone in one place, from zero', async () => {
    const { metrics, scrape } = setUp();
    const milestones = Object.keys(places) as Milestone[];
    const before = await scrape();
    metrics.meter.storing().stored({ changes: 1, milestones, fired: [], entries: [] });
    const after = await scrape();
    const risen = [...after.samples].filter(
      ([name, number]) => before.samples.get(name) !== number && /_total/.test(name),
    );
    const ours = risen.filter(([name]) => name.startsWith('flovyn_'));
    expect(ours.map(([, number]) => number)).toEqual(milestones.map(() => 1));
    expect(ours.map(([name]) => before.samples.get(name))).toEqual(milestones.map(() => 0));
    expect(after.number('flovyn_task_attempts_ended_total{outcome="timed_out"}')).toBe(1);
    expect(after.number('flovyn_work_handed_over_total{type="turn",door="poll"}')).toBe(1);
  });

  it('count batches, what is in them, and those that fail', async () => {
    const { metrics, scrape } = setUp();
    metrics.meter.storing().stored({
      changes: 12,
      milestones: [],
      fired: [{ type: 'timer', lateMs: 30 }],
      entries: [{ kind: 'token' }, { kind: 'token' }, { kind: 'state' }],
    });
    metrics.meter.storing().failed('conflict');
    metrics.meter.carriedOut();
    metrics.meter.refused('NOT_FOUND');
    metrics.meter.late(4);
    const { number } = await scrape();
    expect(number('flovyn_commit_changes_sum')).toBe(12);
    expect(number('flovyn_commit_changes_bucket{le="16"}')).toBe(1);
    expect(number('flovyn_commit_seconds_count')).toBe(1);
    expect(number('flovyn_commit_failures_total{reason="conflict"}')).toBe(1);
    expect(number('flovyn_stream_entries_written_total{kind="token"}')).toBe(2);
    expect(number('flovyn_stream_entries_late_total')).toBe(4);
    expect(number('flovyn_timer_lateness_seconds_bucket{le="0.025",type="timer"}')).toBe(0);
    expect(number('flovyn_timer_lateness_seconds_bucket{le="0.05",type="timer"}')).toBe(1);
    expect(number('flovyn_changes_committed_total')).toBe(1);
    expect(number('flovyn_changes_refused_total{code="NOT_FOUND"}')).toBe(1);
  });

  it('count exchanges with the database, and why they fail', async () => {
    const { metrics, scrape } = setUp();
    metrics.onTrip({ operation: 'commit', ms: 4 });
    metrics.onTrip({ operation: 'commit', ms: 4, failure: 'CONFLICT' });
    const { number } = await scrape();
    expect(number('flovyn_database_round_trip_seconds_bucket{le="0.005",operation="commit"}')).toBe(2);
    expect(number('flovyn_database_errors_total{operation="commit",code="CONFLICT"}')).toBe(1);
  });

  it('show what the engine is like, and the process', async () => {
    const { number, types } = await setUp().scrape();
    expect(number('flovyn_build_info{version="1.2.3"}')).toBe(1);
    expect(number('flovyn_backlog_changes')).toBe(3);
    expect(number('flovyn_backlog_bytes')).toBe(500);
    expect(number('flovyn_backlog_oldest_wait_seconds')).toBe(1.5);
    expect(number('flovyn_worker_sessions')).toBe(2);
    expect(number('flovyn_unary_workers')).toBe(4);
    expect(number('flovyn_polls_held')).toBe(1);
    expect(number('flovyn_ready_work_unserved{type="workflow"}')).toBe(5);
    expect(types.get('nodejs_eventloop_lag_p99_seconds')).toBe('gauge');
    expect(types.get('nodejs_gc_duration_seconds')).toBe('histogram');
    expect(number('nodejs_heap_size_used_bytes')).toBeGreaterThan(0);
  });
});

describe('the look at ready work', () => {
  afterEach(() => void vi.useRealTimers());

  it('is taken once for all who ask within 5 s', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const waiting = vi.fn<Watched['waiting']>(idle.waiting);
    const { scrape } = setUp({ waiting });
    await Promise.all([scrape(), scrape()]);
    vi.advanceTimersByTime(4_999);
    await scrape();
    expect(waiting).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    await scrape();
    expect(waiting).toHaveBeenCalledTimes(2);
  });

  it.each<[string, Watched['waiting']]>([
    ['fails', () => Promise.reject(new Error('away'))],
    ['takes too long', () => new Promise(() => undefined)],
  ])('is left out when it %s; all else is there', async (_how, waiting) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { scrape } = setUp({ waiting });
    const scraping = scrape();
    await vi.advanceTimersByTimeAsync(2_000);
    const { samples, types, number } = await scraping;
    expect(types.has('flovyn_ready_work')).toBe(true);
    expect([...samples.keys()].filter((name) => name.startsWith('flovyn_ready_work'))).toEqual([]);
    expect(number('flovyn_backlog_changes')).toBe(3);
  });
});
