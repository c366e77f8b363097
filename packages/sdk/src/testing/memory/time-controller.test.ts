import { describe, expect, it } from 'vitest';
import { Duration } from '../../duration.js';
import { ConfigurationError } from '../../errors.js';
import { TimeController } from './time-controller.js';

const START = Date.UTC(2030, 0, 1);
const at = () => new TimeController(new Date(START));

describe('TimeController', () => {
  it('stands still until it is moved', () => {
    const time = at();
    expect(time.currentTimeMillis()).toBe(START);
    expect(time.advance(Duration.seconds(2))).toEqual([]);
    expect(time.currentTimeMillis()).toBe(START + 2_000);
    time.setCurrentTimeMillis(START);
    expect(time.currentTimeMillis()).toBe(START);
  });

  it('fires by due time, and in order of registration at one instant', () => {
    const time = at();
    time.registerTimerAfter('late', Duration.minutes(3));
    time.registerTimerAfter('b', Duration.minutes(1));
    time.registerTimer('a', START + 60_000);
    expect(time.pendingTimerIds()).toEqual(['b', 'a', 'late']);
    expect(time.advance(Duration.minutes(2))).toEqual(['b', 'a']);
    expect(time.pendingTimerIds()).toEqual(['late']);
  });

  it('shows the time of a timer while it fires, and fires what that brings about in time', () => {
    const seen: [string, number][] = [];
    const time: TimeController = new TimeController(new Date(START), (id) => {
      seen.push([id, time.currentTimeMillis() - START]);
      if (seen.length < 5) time.registerTimerAfter(`${id}+`, Duration.seconds(10));
    });
    time.registerTimerAfter('t', Duration.seconds(10));
    expect(time.advance(Duration.seconds(25))).toEqual(['t', 't+']);
    expect(seen).toEqual([
      ['t', 10_000],
      ['t+', 20_000],
    ]);
    expect(time.currentTimeMillis()).toBe(START + 25_000);
    expect(time.skipAllTimers()).toEqual(['t++', 't+++', 't++++']);
  });

  it('goes to the next timer alone', () => {
    const time = at();
    time.registerTimerAfter('b', Duration.hours(2));
    time.registerTimerAfter('a', Duration.hours(1));
    expect(time.advanceToNextTimer()).toBe('a');
    expect(time.currentTimeMillis()).toBe(START + 3_600_000);
    expect(time.advanceToNextTimer()).toBe('b');
    expect(time.advanceToNextTimer()).toBeNull();
  });

  it('forgets a cancelled timer', () => {
    const time = at();
    time.registerTimerAfter('a', Duration.seconds(1));
    expect(time.isTimerPending('a')).toBe(true);
    expect(time.cancelTimer('a')).toBe(true);
    expect(time.cancelTimer('a')).toBe(false);
    expect(time.isTimerPending('a')).toBe(false);
    expect(time.skipAllTimers()).toEqual([]);
  });

  it('moves a timer that is registered again', () => {
    const time = at();
    time.registerTimerAfter('a', Duration.seconds(1));
    time.registerTimerAfter('b', Duration.seconds(1));
    time.registerTimerAfter('a', Duration.seconds(1));
    expect(time.skipAllTimers()).toEqual(['b', 'a']);
  });

  it('does not go back when a timer was due before', () => {
    const time = at();
    time.registerTimer('overdue', START - 1);
    expect(time.advance(Duration.milliseconds(0))).toEqual(['overdue']);
    expect(time.currentTimeMillis()).toBe(START);
  });

  it('refuses what is no time', () => {
    const time = at();
    expect(() => time.advance(Duration.seconds(-1))).toThrow(ConfigurationError);
    expect(() => time.setCurrentTimeMillis(Number.NaN)).toThrow(ConfigurationError);
    expect(() => time.registerTimer('a', Number.POSITIVE_INFINITY)).toThrow(ConfigurationError);
    expect(() => new TimeController(new Date('yesterday'))).toThrow(ConfigurationError);
  });
});
