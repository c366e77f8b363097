import type { Clock } from '@flovyn/engine';

/** A minute: a machine's clock drifts by milliseconds in that time. */
const COMPARE_MS = 60_000;

export interface ComparedClock extends Clock {
  close(): void;
}

/**
 * A clock that follows another one, such as the database's: compared when it is made, and every minute after. In between
 * it counts with the machine's steady clock, and it never goes back, whatever the other one does.
 *
 * @param measure - epoch milliseconds of the clock that counts.
 */
export async function createClock(measure: () => Promise<number>): Promise<ComparedClock> {
  let offsetMs = await compare(measure);
  let latest = 0;
  const timer = setInterval(() => {
    compare(measure).then(
      (measured) => (offsetMs = measured),
      // It does not answer: what it said last is still the best guess, and its absence is told elsewhere.
      () => undefined,
    );
  }, COMPARE_MS);
  timer.unref();
  return {
    now: () => (latest = Math.max(latest, Math.round(performance.now() + offsetMs))),
    close: () => clearInterval(timer),
  };
}

/** How far the other clock is before our steady one. Half of the way there and back belongs to the way there. */
async function compare(measure: () => Promise<number>): Promise<number> {
  const asked = performance.now();
  const theirs = await measure();
  return theirs - (asked + performance.now()) / 2;
}
