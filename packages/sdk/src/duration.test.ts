import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Duration } from './duration.js';
import { waitMilliseconds } from './durations.js';
import { ConfigurationError } from './errors.js';

describe('a duration', () => {
  it.each([
    [Duration.milliseconds(0), '0ms'],
    [Duration.milliseconds(500), '500ms'],
    [Duration.seconds(30), '30s'],
    [Duration.seconds(1.5), '1.5s'],
    [Duration.minutes(5), '5m'],
    [Duration.hours(2), '2h'],
    [Duration.days(1), '1d'],
    [Duration.days(-1), '-1d'],
    [Duration.milliseconds(-250), '-250ms'],
    [Duration.minutes(90), '1.5h'],
  ])('prints as its largest unit: %s', (duration, text) => {
    expect(duration.toString()).toBe(text);
  });

  it('keeps fractions in every unit', () => {
    const duration = Duration.minutes(90);
    expect([duration.toSeconds(), duration.toMinutes(), duration.toHours(), duration.toDays()]).toEqual([
      5_400, 90, 1.5, 0.0625,
    ]);
  });

  it('is reckoned with like a number, and never changes', () => {
    const second = Duration.seconds(1);
    expect(second.add(Duration.seconds(2)).subtract(Duration.seconds(1)).multiply(3).divide(2).toMilliseconds()).toBe(
      3_000,
    );
    expect(second.toMilliseconds()).toBe(1_000);
  });

  it('has one order', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const [left, right] = [Duration.milliseconds(a), Duration.milliseconds(b)];
        expect(left.compareTo(right)).toBe(Math.sign(a - b));
        expect(left.isGreaterThan(right)).toBe(a > b);
        expect(left.isLessThan(right)).toBe(a < b);
        expect(left.equals(right)).toBe(a === b);
        expect([left.isZero(), left.isPositive(), left.isNegative()]).toEqual([a === 0, a > 0, a < 0]);
      }),
    );
  });

  it('that is no number is refused where it is used', () => {
    expect(() => waitMilliseconds(Duration.seconds(Number.NaN), 'ctx.sleep')).toThrow(ConfigurationError);
    expect(() => waitMilliseconds(Duration.days(Number.POSITIVE_INFINITY), 'ctx.sleep')).toThrow('ctx.sleep');
    const bare: unknown = 1_000;
    expect(() => waitMilliseconds(bare as Duration, 'ctx.sleep')).toThrow('ctx.sleep must be a Duration');
    expect(waitMilliseconds(Duration.milliseconds(-5), 'ctx.sleep')).toBe(0);
    expect(waitMilliseconds(Duration.milliseconds(1.9), 'ctx.sleep')).toBe(1);
  });
});
