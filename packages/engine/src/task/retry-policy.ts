import type { RetryPolicy } from '@flovyn/protocol';

/** Four attempts, at once after each other. */
export const defaultRetryPolicy: RetryPolicy = {
  maxRetries: 3,
  initialDelayMs: 0,
  maxDelayMs: 86_400_000,
  multiplier: 2,
};

/** Fills what a caller left open. */
export function retryPolicy(given: Partial<RetryPolicy> = {}): RetryPolicy {
  return {
    maxRetries: given.maxRetries ?? defaultRetryPolicy.maxRetries,
    initialDelayMs: given.initialDelayMs ?? defaultRetryPolicy.initialDelayMs,
    maxDelayMs: given.maxDelayMs ?? defaultRetryPolicy.maxDelayMs,
    multiplier: given.multiplier ?? defaultRetryPolicy.multiplier,
  };
}

/**
 * Milliseconds between the failure of attempt `attempt` (from 1) and the next one. Monotone up to the policy's cap and
 * finite for any attempt number.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number): number {
  if (policy.initialDelayMs === 0) return 0;
  const exponent = Math.max(0, attempt - 1);
  const delay = policy.initialDelayMs * policy.multiplier ** exponent;
  return Math.min(Number.isFinite(delay) ? Math.round(delay) : policy.maxDelayMs, policy.maxDelayMs);
}
