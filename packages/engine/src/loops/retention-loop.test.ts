import type { Json } from '@flovyn/protocol';
import { beforeEach, expect, test } from 'vitest';
import type { ExecutionId } from '../ids.js';
import { recordingMeter } from '../memory/meter.js';
import { createMemoryStore } from '../memory/store.js';
import { manualClock, recordingReporter } from '../memory/surroundings.js';
import type { StreamEntry } from '../ports/store.js';
import { RetentionLoop, type RetentionTimes } from './retention-loop.js';

const HOUR_MS = 3_600_000;
const limits = { entries: 32, bytes: 10_000 };

let [clock, store, meter, reporter] = [manualClock(0), createMemoryStore(), recordingMeter(), recordingReporter()];

beforeEach(() => {
  [clock, store, meter, reporter] = [manualClock(0), createMemoryStore(), recordingMeter(), recordingReporter()];
});

function aLoop(times: RetentionTimes = { streamMs: 48 * HOUR_MS, outputMs: 48 * HOUR_MS }): RetentionLoop {
  return new RetentionLoop({ store, clock, meter, reporter, times, limits });
}

/** Stores the next entries of an execution, and tells the loop as a commit does. */
function say(loop: RetentionLoop, name: string, words: readonly (StreamEntry['kind'] | 'end')[], event = '{}'): void {
  const executionId = name as ExecutionId;
  const own = store.rows.entries.get(executionId) ?? [];
  const said = words.map((word, index): StreamEntry => {
    const numbers = { executionId, rootId: executionId, epoch: 'e1', seq: (own.at(-1)?.seq ?? 0) + index + 1 };
    const rest = { event: event as Json, timestampMs: clock.now() };
    return word === 'end'
      ? { ...numbers, ...rest, kind: 'state', terminal: true }
      : { ...numbers, ...rest, kind: word };
  });
  store.rows.entries.set(executionId, [...own, ...said]);
  loop.written(said);
}

function kept(name: string): readonly number[] {
  return (store.rows.entries.get(name as ExecutionId) ?? []).map(({ seq }) => seq);
}

/** Ticks until there is nothing more to do now. */
async function work(loop: RetentionLoop): Promise<void> {
  for (let waitMs = 0; waitMs < 1_000;) waitMs = await loop.tick();
}

test('what ended is kept for its time, output for its own', async () => {
  const loop = aLoop({ streamMs: 48 * HOUR_MS, outputMs: HOUR_MS });
  say(loop, 'a', ['state', 'token', 'state', 'end']);
  clock.advance(HOUR_MS - 1);
  await work(loop);
  expect(kept('a')).toEqual([1, 2, 3, 4]);
  clock.advance(1);
  await work(loop);
  expect(kept('a')).toEqual([1, 3, 4]);
  clock.advance(47 * HOUR_MS);
  await work(loop);
  expect(kept('a')).toEqual([4]);
  expect(meter.counts.get('entries expired')).toBe(3);
});

test('of one that was opened again nothing goes, and its new end counts', async () => {
  const loop = aLoop();
  say(loop, 'a', ['state', 'end']);
  clock.advance(HOUR_MS);
  say(loop, 'a', ['state']);
  clock.advance(100 * HOUR_MS);
  await work(loop);
  expect(kept('a')).toEqual([1, 2, 3]);
  say(loop, 'a', ['end']);
  clock.advance(48 * HOUR_MS - 1);
  await work(loop);
  expect(kept('a')).toEqual([1, 2, 3, 4]);
  clock.advance(1);
  await work(loop);
  expect(kept('a')).toEqual([4]);
});

test('L13 an open one that said too much loses its oldest output, and is looked at only when it has grown', async () => {
  const loop = aLoop();
  let woken = 0;
  loop.onWake(() => (woken += 1));
  say(loop, 'a', ['state', ...Array.from({ length: 30 }, () => 'token' as const)]);
  expect(woken).toBe(1);
  await work(loop);
  expect(kept('a')).toHaveLength(31);
  say(loop, 'a', ['token']);
  expect(woken).toBe(1);
  say(loop, 'a', ['token', 'token', 'token']);
  expect(woken).toBe(2);
  await work(loop);
  expect(kept('a')).toEqual([1, ...Array.from({ length: 31 }, (_, index) => index + 5)]);
  expect(meter.counts.get('entries overfull')).toBe(3);
  expect(reporter.said).toMatchObject([{ level: 'warn', message: expect.stringContaining('is full') }]);
});

test('L13 one that goes on saying too much is told of once, then at most once a minute with all that went', async () => {
  const loop = aLoop();
  const sayTooMuch = async (name: string) => {
    say(
      loop,
      name,
      Array.from({ length: 40 }, () => 'token' as const),
    );
    await work(loop);
  };
  const told = () => reporter.said.map(({ details }) => [details['executionId'], details['removed']]);
  await sayTooMuch('a');
  await sayTooMuch('a');
  clock.advance(59_999);
  await sayTooMuch('a');
  expect(told()).toEqual([['a', 8]]);
  await sayTooMuch('b');
  clock.advance(1);
  await sayTooMuch('a');
  expect(told()).toEqual([
    ['a', 8],
    ['b', 8],
    ['a', 120],
  ]);
});

test('L13 too much may also be too large', async () => {
  const loop = aLoop();
  say(loop, 'a', ['state', 'data', 'data', 'data'], JSON.stringify('x'.repeat(3_998)));
  await work(loop);
  expect(kept('a')).toEqual([1, 4]);
});

test('one that has ended meanwhile is not weighed', async () => {
  const loop = aLoop();
  say(loop, 'a', [...Array.from({ length: 40 }, () => 'token' as const), 'end']);
  await work(loop);
  expect(kept('a')).toHaveLength(41);
});
