import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HealthParts, createHealthCheck } from './health.js';

const well: HealthParts = {
  store: { ping: () => Promise.resolve() },
  engine: { oldestWaitMs: () => 0 },
  version: '1.2.3',
  obstacles: () => [],
  degraded: () => ({}),
};

describe('R35 health', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is green when everything works, also when something is away that is not needed', async () => {
    expect(await createHealthCheck(well)()).toEqual({ status: 'UP', version: '1.2.3', plugins: [], degraded: [] });
    expect(await createHealthCheck({ ...well, degraded: () => ({ nats: 'It does not answer.' }) })()).toMatchObject({
      status: 'UP',
      degraded: ['nats'],
      reasons: ['nats: It does not answer.'],
    });
  });

  it.each<[string, Partial<HealthParts>, RegExp]>([
    ['is starting', { obstacles: () => ['The server is starting or stopping.'] }, /starting/],
    ['has lost its database', { store: { ping: () => Promise.reject(new Error('gone')) } }, /database/],
    ['cannot write', { engine: { oldestWaitMs: () => 30_001 } }, /since 30 s/],
  ])('is red, and says why, when the server %s', async (_what, parts, why) => {
    const health = await createHealthCheck({ ...well, ...parts })();
    expect(health.status).toBe('DOWN');
    expect(health.reasons).toEqual([expect.stringMatching(why)]);
  });

  it('does not wait for a database that is silent', async () => {
    const asked = createHealthCheck({ ...well, store: { ping: () => new Promise(() => undefined) } })();
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await asked).status).toBe('DOWN');
    expect(vi.getTimerCount()).toBe(0);
  });
});
