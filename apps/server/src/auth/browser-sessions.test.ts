import type { OrgId } from '@flovyn/engine';
import { describe, expect, it } from 'vitest';
import { createBrowserSessions } from './browser-sessions.js';
import type { Principal } from './principal.js';

const HOUR = 60 * 60_000;
const ada: Principal = {
  type: 'User',
  id: 'ada',
  orgId: '11111111-0000-4000-8000-000000000001' as OrgId,
  role: 'ADMIN',
};

function aClock() {
  let now = 0;
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}

describe('sessions of browsers', () => {
  it('S24 end after 12 hours without a request', () => {
    const clock = aClock();
    const sessions = createBrowserSessions(clock.now);
    const id = sessions.open(ada);
    clock.pass(12 * HOUR - 1);
    expect(sessions.find(id)).toEqual(ada);
    clock.pass(12 * HOUR - 1);
    expect(sessions.find(id)).toEqual(ada);
    clock.pass(12 * HOUR);
    expect(sessions.find(id)).toBeUndefined();
  });

  it('S24 end after seven days, however busy', () => {
    const clock = aClock();
    const sessions = createBrowserSessions(clock.now);
    const id = sessions.open(ada);
    for (let hour = 0; hour < 7 * 24 - 1; hour++) {
      clock.pass(HOUR);
      expect(sessions.find(id)).toEqual(ada);
    }
    clock.pass(HOUR);
    expect(sessions.find(id)).toBeUndefined();
  });

  it('are ended by hand, each by itself', () => {
    const sessions = createBrowserSessions(() => 0);
    const [one, two] = [sessions.open(ada), sessions.open(ada)];
    sessions.close(one);
    expect([sessions.find(one), sessions.find(two)]).toEqual([undefined, ada]);
  });

  it('take a bounded room: the one that was quiet for longest goes first', () => {
    const sessions = createBrowserSessions(() => 0, 2);
    const [one, two] = [sessions.open(ada), sessions.open(ada)];
    sessions.find(one);
    const three = sessions.open(ada);
    expect([one, two, three].map((id) => sessions.find(id) !== undefined)).toEqual([true, false, true]);
  });
});
