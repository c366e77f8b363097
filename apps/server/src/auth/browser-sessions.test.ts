import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { createBrowserSessions } from './browser-sessions.js';
import type { Known } from './authenticator.js';

const HOUR = 60 * 60_000;
const ada: Known = {
  principal: { type: 'User', id: 'ada', orgId: '11111111-0000-4000-8000-000000000001' as OrgId, role: 'ADMIN' },
};
const still = { now: () => 0 };

function aClock() {
  let now = 0;
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}

describe('sessions of browsers', () => {
  it('S24 end after 12 hours without a request', async () => {
    const clock = aClock();
    const sessions = createBrowserSessions(clock.now, still);
    const id = sessions.open(ada);
    clock.pass(12 * HOUR - 1);
    expect(await sessions.find(id)).toEqual(ada);
    clock.pass(12 * HOUR - 1);
    expect(await sessions.find(id)).toEqual(ada);
    clock.pass(12 * HOUR);
    expect(await sessions.find(id)).toBeUndefined();
  });

  it('S24 end after seven days, however busy', async () => {
    const clock = aClock();
    const sessions = createBrowserSessions(clock.now, still);
    const id = sessions.open(ada);
    for (let hour = 0; hour < 7 * 24 - 1; hour++) {
      clock.pass(HOUR);
      expect(await sessions.find(id)).toEqual(ada);
    }
    clock.pass(HOUR);
    expect(await sessions.find(id)).toBeUndefined();
  });

  it('are ended by hand, each by itself', async () => {
    const sessions = createBrowserSessions(() => 0, still);
    const [one, two] = [sessions.open(ada), sessions.open(ada)];
    sessions.close(one);
    expect([await sessions.find(one), await sessions.find(two)]).toEqual([undefined, ada]);
  });

  it('take a bounded room: the one that was quiet for longest goes first', async () => {
    const sessions = createBrowserSessions(() => 0, still, 2);
    const [one, two] = [sessions.open(ada), sessions.open(ada)];
    await sessions.find(one);
    const three = sessions.open(ada);
    const found = await Promise.all([one, two, three].map((id) => sessions.find(id)));
    expect(found.map((known) => known !== undefined)).toEqual([true, false, true]);
  });

  it('R33 end with the credential they were opened with', async () => {
    const sessions = createBrowserSessions(() => 0, { now: () => 1_000 });
    const [over, lasting] = [sessions.open({ ...ada, until: 1_000 }), sessions.open({ ...ada, until: 1_001 })];
    expect(await sessions.find(over)).toBeUndefined();
    expect(await sessions.find(lasting)).toMatchObject(ada);
  });

  it('R33 follow what becomes of their caller: another role, nobody any more, and nobody who can say', async () => {
    const sessions = createBrowserSessions(() => 0, still);
    const member = { principal: { ...ada.principal, role: 'MEMBER' } } as Known;
    let again: Known['again'] = async () => member;
    const id = sessions.open({ ...ada, again: () => again?.() });
    expect(await sessions.find(id)).toEqual(member);
    again = async () => Promise.reject(new ServiceError('UNAVAILABLE', 'away'));
    await expect(sessions.find(id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    again = () => undefined;
    expect(await sessions.find(id)).toBeUndefined();
    again = () => member;
    expect(await sessions.find(id)).toBeUndefined();
  });
});
