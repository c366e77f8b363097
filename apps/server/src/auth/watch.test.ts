import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Known } from './authenticator.js';
import { watch } from './watch.js';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const clock = { now: () => Date.now() };
const ada: Known = { principal: { type: 'Worker', id: 'ada', orgId: 'acme' as OrgId } };

/** The second in which `over` was called, looking for ten minutes. */
async function secondOfEnd(known: Known): Promise<number | undefined> {
  let at: number | undefined;
  const stop = watch(known, clock, () => (at = clock.now()));
  for (let second = 0; second < 600 && at === undefined; second++) await vi.advanceTimersByTimeAsync(1_000);
  stop();
  return at === undefined ? undefined : Math.ceil(at / 1_000);
}

describe('a credential that something was opened with', () => {
  it('costs nothing when it cannot end', async () => {
    watch(ada, clock, () => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([3, 25, 90])('R33 is over when it has come to its end, after %d s', async (seconds) => {
    expect(await secondOfEnd({ ...ada, until: seconds * 1_000 })).toBe(seconds);
  });

  it('R33 is over within a minute after it was taken back', async () => {
    let isGood = true;
    const asked = secondOfEnd({ ...ada, again: async () => (isGood ? ada : undefined) });
    await vi.advanceTimersByTimeAsync(76_000);
    isGood = false;
    expect(await asked).toBeLessThanOrEqual(76 + 30);
  });

  it('R33 is over when it stands for another organisation, but not when only the role is another', async () => {
    const elsewhere: Known = { principal: { ...ada.principal, orgId: 'other' as OrgId } };
    expect(await secondOfEnd({ ...ada, again: () => elsewhere })).toBe(25);
    const promoted: Known = { principal: { ...ada.principal, type: 'User', role: 'ADMIN' } };
    expect(await secondOfEnd({ ...ada, again: () => promoted })).toBeUndefined();
  });

  it('R33 is over when it is refused with a reason', async () => {
    const again = () => Promise.reject(new ServiceError('PERMISSION_DENIED', 'no such organisation'));
    expect(await secondOfEnd({ ...ada, again })).toBe(25);
  });

  it('survives that nobody can say for a moment, and is over when nobody can for long', async () => {
    const away = () => Promise.reject(new ServiceError('UNAVAILABLE', 'away'));
    expect(await secondOfEnd({ ...ada, again: away })).toBe(30);
    let tries = 0;
    const flickering = async () => (++tries % 2 === 0 ? ada : away());
    expect(await secondOfEnd({ ...ada, again: flickering })).toBeUndefined();
    expect(tries).toBeGreaterThan(20);
  });

  it('is not looked after any more when whatever it opened has ended', async () => {
    const over = vi.fn<() => void>();
    const stop = watch({ ...ada, until: 1_000, again: () => undefined }, clock, over);
    stop();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(over).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
