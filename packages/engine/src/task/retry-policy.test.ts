import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRetryPolicy, retryDelayMs, retryPolicy } from './retry-policy.js';

test('R14 the delay is finite, monotone and never above its cap, for any attempt', () => {
  const policy = fc.record({
    maxRetries: fc.nat(1_000),
    initialDelayMs: fc.nat(86_400_000),
    maxDelayMs: fc.nat(86_400_000),
    multiplier: fc.double({ min: 1, max: 1e6, noNaN: true }),
  });
  fc.assert(
    fc.property(policy, fc.maxSafeNat(), (given, attempt) => {
      const delay = retryDelayMs(given, attempt);
      const next = retryDelayMs(given, attempt + 1);
      expect(Number.isFinite(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(given.initialDelayMs === 0 ? 0 : given.maxDelayMs);
      expect(next).toBeGreaterThanOrEqual(delay);
    }),
  );
});

test('without a word about retries there are three, at once', () => {
  expect(retryPolicy()).toEqual(defaultRetryPolicy);
  expect(retryDelayMs(retryPolicy(), 3)).toBe(0);
  expect(retryPolicy({ maxRetries: 0 }).maxRetries).toBe(0);
});

test('the first delay is the initial one and doubles from there', () => {
  const policy = retryPolicy({ initialDelayMs: 100, maxDelayMs: 1_000 });
  expect([1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(policy, attempt))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});
