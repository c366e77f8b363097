import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/until.js';
import { Polling } from './polling.js';

/** An hour: whoever rests in these tests is never seen again. */
const FOR_EVER_MS = 3_600_000;

/** Polls that are answered by hand, and as many places as the test says. */
function somePolls(idleMs = FOR_EVER_MS) {
  const asked: { readonly signal: AbortSignal; answer(work?: string): void; fail(error: Error): void }[] = [];
  const taken: string[] = [];
  const failures: unknown[] = [];
  const house = { places: 3, asked, taken, failures };
  const polling = new Polling<string>({
    poll: (signal) =>
      new Promise((resolve, reject) => {
        asked.push({ signal, answer: resolve, fail: reject });
        signal.addEventListener('abort', () => reject(new Error('given up')));
      }),
    take: (work) => {
      taken.push(work);
      house.places -= 1;
    },
    room: () => house.places,
    idleMs,
    failed: (error) => failures.push(error),
  });
  polls.push(polling);
  return { polling, house, asked };
}

const polls: Polling<string>[] = [];
afterEach(() => {
  for (const polling of polls.splice(0)) polling.close();
});

describe('a worker that polls', () => {
  it('asks once while there is nothing, and again at once after a hit, with more polls each time', async () => {
    const { polling, house, asked } = somePolls();
    house.places = 100;
    polling.look();
    polling.look();
    expect(asked).toHaveLength(1);
    asked[0]?.answer('a');
    await until(() => asked.length === 3, 'two more polls');
    asked[1]?.answer('b');
    asked[2]?.answer('c');
    // Three after the second hit, four after the third.
    await until(() => asked.length === 7, 'four polls under way');
    for (let hit = 3; hit < 12; hit += 1) {
      asked[hit]?.answer(`${hit}`);
      await until(() => house.taken.length === hit + 1, 'the hit');
    }
    // Never more than five.
    await until(() => asked.length === 17, 'five polls under way');
    expect(house.taken).toHaveLength(12);
  });

  it('F.9 fills every place without a pause, and asks for nothing beyond', async () => {
    const { polling, house, asked } = somePolls();
    polling.look();
    for (let hit = 0; hit < 3; hit += 1) {
      await until(() => asked.length > hit, 'a poll');
      asked[hit]?.answer(`${hit}`);
    }
    await until(() => house.taken.length === 3, 'three pieces of work');
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(3);
    house.places += 1;
    polling.look();
    expect(asked).toHaveLength(4);
  });

  it('rests after an empty answer that came at once, and not after one that was held', async () => {
    const restless = somePolls(0);
    restless.polling.look();
    restless.asked[0]?.answer();
    await until(() => restless.asked.length === 2, 'the next poll');

    const resting = somePolls();
    resting.polling.look();
    resting.asked[0]?.answer();
    await new Promise((resolve) => setImmediate(resolve));
    resting.polling.look();
    expect(resting.asked).toHaveLength(1);

    const soon = somePolls(5);
    soon.polling.look();
    soon.asked[0]?.answer();
    await until(() => soon.asked.length === 2, 'the poll after the rest');
  });

  it('tells of an error, and rests', async () => {
    const { polling, house, asked } = somePolls(0);
    polling.look();
    asked[0]?.fail(new Error('no'));
    await until(() => house.failures.length === 1, 'the news of it');
    polling.look();
    expect(asked).toHaveLength(1);
  });

  it('that wants nothing more waits a moment for what is under way, takes it, and gives up the rest', async () => {
    const { polling, house, asked } = somePolls();
    polling.look();
    asked[0]?.answer('a');
    await until(() => asked.length === 3, 'two polls');
    house.places = 0;
    const settled = polling.settle();
    asked[1]?.answer('late');
    await settled;
    expect(house.taken).toEqual(['a', 'late']);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, false, true]);
    expect([asked.length, house.failures]).toEqual([3, []]);
    await polling.settle();
    house.places = 1;
    polling.look();
    expect(asked).toHaveLength(4);
  });

  it('that is closed gives up what is under way and asks no more', async () => {
    const { polling, asked } = somePolls(0);
    polling.look();
    polling.close();
    expect(asked[0]?.signal.aborted).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    polling.look();
    expect(asked).toHaveLength(1);
  });
});
