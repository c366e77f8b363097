import { describe, expect, it } from 'vitest';
import { Duration } from '../duration.js';
import { ConnectionError } from '../errors.js';
import { type Reconnection, checkReconnection, reconnectDelayMs } from './reconnection.js';

const error = new ConnectionError('gone', 'http://fake:9090');

function delays(strategy: Reconnection, count: number): (number | undefined)[] {
  return Array.from({ length: count }, (_, attempt) => reconnectDelayMs(strategy, attempt, error));
}

describe('coming back', () => {
  it('doubles its waits from a second to a minute, without end', () => {
    expect(delays({ type: 'exponential' }, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(reconnectDelayMs({ type: 'exponential' }, 5_000, error)).toBe(60_000);
  });

  it('keeps to what was chosen', () => {
    expect(
      delays({ type: 'exponential', initialDelay: Duration.milliseconds(10), multiplier: 3, maxAttempts: 2 }, 3),
    ).toEqual([10, 30, undefined]);
    expect(delays({ type: 'fixed', delay: Duration.seconds(1), maxAttempts: 1 }, 2)).toEqual([1_000, undefined]);
    expect(delays({ type: 'none' }, 1)).toEqual([undefined]);
    const asked: [number, Error][] = [];
    const custom: Reconnection = {
      type: 'custom',
      nextDelay: (attempt, why) => {
        asked.push([attempt, why]);
        return attempt === 0 ? Duration.milliseconds(5) : null;
      },
    };
    expect(delays(custom, 2)).toEqual([5, undefined]);
    expect(asked).toEqual([
      [0, error],
      [1, error],
    ]);
  });

  it('waits a second after an error that is not of the connection, and counts it', () => {
    const other = new Error('The token is not known');
    const fixed: Reconnection = { type: 'fixed', delay: Duration.milliseconds(5), maxAttempts: 1 };
    expect([0, 1].map((attempt) => reconnectDelayMs(fixed, attempt, other))).toEqual([1_000, undefined]);
    expect(reconnectDelayMs({ type: 'exponential' }, 5, other)).toBe(1_000);
    const custom: Reconnection = { type: 'custom', nextDelay: () => Duration.milliseconds(7) };
    expect(reconnectDelayMs(custom, 0, other)).toBe(7);
  });

  it('is looked at before it is needed', () => {
    const wrong: [Reconnection, string][] = [
      [{ type: 'exponential', multiplier: Number.NaN }, 'reconnection.multiplier must be 1 or more, not NaN'],
      [{ type: 'exponential', multiplier: 0.5 }, 'reconnection.multiplier must be 1 or more, not 0.5'],
      [{ type: 'exponential', initialDelay: 5 as never }, 'reconnection.initialDelay must be a Duration'],
      [{ type: 'fixed', delay: Duration.days(2) }, 'reconnection.delay may be 1d at most'],
      [{ type: 'fixed', delay: Duration.seconds(1), maxAttempts: -1 }, 'reconnection.maxAttempts must be'],
    ];
    for (const [strategy, message] of wrong) expect(() => checkReconnection(strategy)).toThrow(message);
    for (const type of ['none', 'exponential'] as const) checkReconnection({ type });
    checkReconnection({ type: 'fixed', delay: Duration.milliseconds(0), maxAttempts: 0 });
  });
});
