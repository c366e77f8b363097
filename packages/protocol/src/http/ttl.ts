import { limits } from '../limits.js';
import { ServiceError } from '../service-error.js';

const TTL = /^(\d{1,9})([smhd])$/;
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * The seconds in a time to live: a whole number and one of `s`, `m`, `h`, `d`, such as `30s`, `5m`, `2h`, `7d`. From one
 * second to 30 days.
 *
 * @throws {ServiceError} INVALID_ARGUMENT
 */
export function parseTtl(text: string, what = 'idempotencyKeyTTL'): number {
  const value = ttlSeconds(text);
  if (value !== undefined) return value;
  throw new ServiceError(
    'INVALID_ARGUMENT',
    `${what} must be a time such as "30s", "5m", "2h" or "7d", at most 30 days.`,
  );
}

/** As {@link parseTtl}, with `undefined` for a text that is no such time. */
export function ttlSeconds(text: string): number | undefined {
  const [, digits, unit] = TTL.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const value = Number(digits) * (seconds[unit] ?? 0);
  return value >= 1 && value <= limits.idempotencyKeyTtlMaxSeconds ? value : undefined;
}
