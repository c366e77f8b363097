import { beforeEach, expect, test } from 'vitest';
import type { Change } from '../change.js';
import type { ExecutionId, OrgId } from '../ids.js';
import { manualClock } from '../memory/surroundings.js';
import type { DueTimer, Store } from '../ports/store.js';
import type { Lane } from '../services/lane.js';
import { TimerLoop } from './timer-loop.js';

let clock = manualClock(0);
let stored: DueTimer[] = [];
let fired: string[] = [];
let looks = 0;
/** Runs while the store is looked into. */
let meanwhile: () => void = () => undefined;
let loop = makeLoop();

/** A loop whose changes do nothing but end the timer. */
function makeLoop(): TimerLoop {
  const lane = {
    change: ({ id }: Change<void>) => {
      fired.push(id);
      stored = stored.filter((timer) => timer.executionId !== id);
      return Promise.resolve();
    },
  } as unknown as Lane;
  const store = {
    async dueTimers(now: number, limit: number) {
      looks += 1;
      const due = stored.filter(({ dueAt }) => dueAt <= now).toSorted((a, b) => a.dueAt - b.dueAt);
      await Promise.resolve();
      meanwhile();
      return due.slice(0, limit);
    },
  } as unknown as Store;
  return new TimerLoop({ store, lane, clock });
}

function timer(name: string, dueAt: number): DueTimer {
  return { executionId: name as ExecutionId, orgId: 'o' as OrgId, type: 'timer', id: 't', dueAt };
}

/** As a commit does it. */
function set(one: DueTimer): void {
  stored.push(one);
  loop.putOff(one);
}

function letGo(one: DueTimer): void {
  stored = stored.filter((other) => other !== one);
  loop.letGo(one);
}

beforeEach(() => {
  [clock, stored, fired, looks, meanwhile] = [manualClock(0), [], [], 0, () => undefined];
  loop = makeLoop();
});

test('what is due soon is read ahead, and nothing is asked at the moment itself', async () => {
  stored = [timer('a', 900), timer('b', 901)];
  expect(await loop.tick()).toBe(900);
  clock.advance(899);
  expect(await loop.tick()).toBe(1);
  clock.advance(1);
  expect(await loop.tick()).toBe(1);
  expect([fired, looks]).toEqual([['a'], 1]);
});

test('what becomes due while the store is looked into is fired next, not a second later', async () => {
  stored = [timer('a', 5), timer('b', 12)];
  clock.advance(10);
  meanwhile = () => clock.advance(3);
  await loop.tick();
  expect(fired).toEqual(['a', 'b']);
});

test('what is set while the loop rests is heard of, and a look is taken for what others have set', async () => {
  let woken = 0;
  loop.onWake(() => (woken += 1));
  expect(await loop.tick()).toBe(1_000);
  set(timer('a', 300));
  set(timer('b', 400));
  expect([woken, await loop.tick()]).toEqual([1, 300]);
  stored.push(timer('other', 500));
  clock.advance(1_000);
  await loop.tick();
  expect(fired).toEqual(['a', 'b', 'other']);
});

test('what is let go or set again while the store is looked into counts as it was told', async () => {
  const [gone, moved] = [timer('gone', 5), timer('moved', 5)];
  stored = [gone, moved];
  clock.advance(10);
  meanwhile = () => {
    meanwhile = () => undefined;
    letGo(gone);
    letGo(moved);
    set(timer('moved', 50));
  };
  expect(await loop.tick()).toBe(40);
  clock.advance(40);
  await loop.tick();
  expect(fired).toEqual(['moved']);
});

test('more than fits into one look comes out all the same, in order', async () => {
  stored = Array.from({ length: 6_000 }, (_, index) => timer(String(index), 10 + Math.floor(index / 2_000)));
  await loop.tick();
  for (let ms = 0; ms < 3; ms += 1) {
    clock.advance(ms === 0 ? 10 : 1);
    while ((await loop.tick()) === 0) {
      // There is more.
    }
    expect(fired).toHaveLength((ms + 1) * 2_000);
  }
});

test('what could not be carried out is found again', async () => {
  stored = [timer('a', 5)];
  clock.advance(5);
  meanwhile = () => {
    throw new Error('away');
  };
  await expect(loop.tick()).rejects.toThrow('away');
  meanwhile = () => undefined;
  await loop.tick();
  expect(fired).toEqual(['a']);
});
