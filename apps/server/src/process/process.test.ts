import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClock } from './clock.js';
import { createClosers } from './closers.js';
import { callLater } from './delay.js';
import { createDoubts } from './doubts.js';
import { runLoop } from './run-loop.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

describe('callLater', () => {
  it('R13 a delay of 40 days does not fire now', () => {
    const called = vi.fn<() => void>();
    callLater(40 * DAY_MS, called);
    vi.advanceTimersByTime(40 * DAY_MS - 1);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it('waits for ever for ever, and can be stopped in any of its parts', () => {
    const called = vi.fn<() => void>();
    const stop = callLater(Number.POSITIVE_INFINITY, called);
    vi.advanceTimersByTime(400 * DAY_MS);
    stop();
    expect(called).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('runLoop', () => {
  function aLoop(delays: (number | Error)[]) {
    let wake: () => void = () => undefined;
    const tick = vi.fn<() => Promise<number>>(async () => {
      const next = delays.shift() ?? 1_000_000;
      if (next instanceof Error) throw next;
      return next;
    });
    const loop = {
      tick,
      onWake: (listener: () => void) => {
        wake = listener;
        return () => (wake = () => undefined);
      },
    };
    return { loop, tick, wake: () => wake() };
  }

  it('ticks after the delay each tick asks for', async () => {
    const { loop, tick } = aLoop([100, 200]);
    const stop = runLoop(loop, () => undefined);
    await vi.advanceTimersByTimeAsync(99);
    expect(tick).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(tick).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(tick).toHaveBeenCalledTimes(3);
    await stop();
  });

  it('ticks at once when woken, also when woken during a tick', async () => {
    const { loop, tick, wake } = aLoop([]);
    const stop = runLoop(loop, () => undefined);
    wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(tick).toHaveBeenCalledTimes(2);
    wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(tick).toHaveBeenCalledTimes(3);
    await stop();
  });

  it('tells of an outage once, and of the next one again', async () => {
    const { loop } = aLoop([new Error('away'), new Error('away'), 100, new Error('away again')]);
    const told = vi.fn<(error: unknown) => void>();
    const stop = runLoop(loop, told);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toHaveBeenCalledTimes(2);
    await stop();
  });

  it('goes on a second after a failure, and not earlier when woken', async () => {
    const failure = new Error('no database');
    const { loop, tick, wake } = aLoop([failure]);
    const told = vi.fn<(error: unknown) => void>();
    const stop = runLoop(loop, told);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toHaveBeenCalledWith(failure);
    wake();
    await vi.advanceTimersByTimeAsync(999);
    expect(tick).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(tick).toHaveBeenCalledTimes(2);
    await stop();
  });

  it('leaves no timer behind when stopped', async () => {
    const { loop, tick, wake } = aLoop([]);
    const stop = runLoop(loop, () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    await stop();
    wake();
    await vi.advanceTimersByTimeAsync(10_000_000);
    expect(tick).toHaveBeenCalledTimes(1);
  });
});

describe('the clock', () => {
  it('follows the other clock, and never goes back', async () => {
    let theirs = 5_000_000;
    const clock = await createClock(() => Promise.resolve(theirs));
    expect(clock.now()).toBe(5_000_000);
    vi.advanceTimersByTime(10);
    expect(clock.now()).toBe(5_000_010);
    theirs = 4_000_000;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(clock.now()).toBe(5_000_010);
    theirs = 9_000_000;
    await vi.advanceTimersByTimeAsync(60_000);
    // It was compared ten milliseconds ago.
    expect(clock.now()).toBe(9_000_010);
    clock.close();
  });
});

describe('doubts', () => {
  it('come at an interval that may change, and not at all without one', () => {
    const doubts = createDoubts();
    const told = vi.fn<() => void>();
    doubts.subscribe(told);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveBeenCalledTimes(0);
    doubts.every(1_000);
    vi.advanceTimersByTime(600);
    // Said again, it does not begin anew.
    doubts.every(1_000);
    vi.advanceTimersByTime(400);
    expect(told).toHaveBeenCalledTimes(1);
    doubts.every(15_000);
    vi.advanceTimersByTime(14_999);
    expect(told).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(told).toHaveBeenCalledTimes(2);
    doubts.every(undefined);
    doubts.look();
    expect(told).toHaveBeenCalledTimes(3);
    doubts.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('closers', () => {
  it('close in the opposite order, all of them, whatever fails', async () => {
    const closed: string[] = [];
    const closers = createClosers();
    closers.add('first', () => void closed.push('first'));
    closers.add('second', () => Promise.reject(new Error('stuck')));
    closers.add('third', async () => void closed.push('third'));
    const failed: string[] = [];
    await closers.closeAll((name) => failed.push(name));
    expect(closed).toEqual(['third', 'first']);
    expect(failed).toEqual(['second']);
  });
});
