import type { DatabaseFloor } from '../floors/database.js';
import type { SpecimenCommit } from '../floors/specimen.js';
import { cpuPer } from '../house/cpu.js';
import type { Firing } from '../house/database.js';
import type { House } from '../house/house.js';
import type { Slept } from '../programs/load.js';
import type { Result } from '../report/result.js';
import { percentile } from '../report/statistics.js';
import type { Context } from './context.js';

interface Size {
  readonly count: number;
  /** How long they may take to fall asleep. */
  readonly asleepWithinMs: number;
  /** How often they are woken in a run: a burst of a hundred is over in milliseconds. */
  readonly times: number;
}

/** Larger batches store hardly more per second. */
const LARGEST_BATCH = 500;

/** P4: many timers due in one moment, until each has fired and its workflow is known to have ended. */
export async function measureTimers(context: Context): Promise<Result[]> {
  const few: Size = { count: 100, asleepWithinMs: 1_000, times: 3 };
  const manyAtOnce = context.short(10_000);
  const many: Size = { count: manyAtOnce, asleepWithinMs: 1_000 + manyAtOnce * 1.5, times: 1 };
  return [...(await measureSize(context, few)), ...(await measureSize(context, many))];
}

/** How late things were in one burst, sorted out by what they are. */
interface Lateness {
  readonly fired: readonly number[];
  readonly woken: readonly number[];
  readonly finished: readonly number[];
  /** Between the first and the last instant that was due. */
  readonly spreadMs: number;
}

async function measureSize(context: Context, { count, asleepWithinMs, times }: Size): Promise<Result[]> {
  const house = await context.house();
  const floor = await context.databaseFloor();
  const commits = await context.specimen('sleeper');
  const bursts: Lateness[] = [];
  const floors: Awaited<ReturnType<typeof wakingAlone>>[] = [];
  let cpu = '';
  for (let burst = 0; burst < context.runs * times; burst += 1) {
    const before = house.cpu();
    bursts.push(await sleepTogether(house, count, asleepWithinMs));
    cpu = cpuPer(count, before, house.cpu());
    floors.push(await wakingAlone(floor, commits, count));
  }

  const firing = { name: 'their commits alone', values: floors.map(({ fired }) => fired) };
  const ending = { name: 'all their commits alone', values: floors.map(({ finished }) => finished) };
  const row = (what: string, of: (lateness: Lateness) => number, floor?: Result['floor'], note = ''): Result => {
    const values = bursts.map(of);
    const measure = `${count} timers at once, ${what}`;
    return { row: 'P4', measure, unit: 'ms', values, ...(floor === undefined ? {} : { floor }), note };
  };
  const spread = Math.max(...bursts.map(({ spreadMs }) => spreadMs));
  return [
    row('fired: p50', ({ fired }) => percentile(fired, 0.5)),
    row('fired: p99', ({ fired }) => percentile(fired, 0.99), firing, `due within ${spread} ms`),
    row('fired: max', ({ fired }) => Math.max(...fired), firing),
    row('code went on: p99', ({ woken }) => percentile(woken, 0.99), firing),
    row('result known: p99', ({ finished }) => percentile(finished, 0.99), ending, `sleeping and waking, ${cpu}`),
  ];
}

async function sleepTogether({ load, database }: House, count: number, forMs: number): Promise<Lateness> {
  const slept = await load.ask('sleep', { count, forMs });
  const firings = await database.firings(slept.map(({ id }) => id));
  const late = (at: (one: Slept, firing: Firing) => number): number[] =>
    slept.map((one) => {
      const firing = firings.get(one.id);
      if (firing === undefined) throw new Error(`The timer of ${one.id} has not fired`);
      return at(one, firing) - firing.dueAt;
    });
  const due = [...firings.values()].map(({ dueAt }) => dueAt);
  return {
    fired: late((_, { firedAt }) => firedAt),
    woken: late(({ wokenAt }) => wokenAt),
    finished: late(({ finishedAt }) => finishedAt),
    spreadMs: Math.max(...due) - Math.min(...due),
  };
}

/** How long a database needs for the rows of as many that fire, and of as many that fire and end. */
async function wakingAlone(floor: DatabaseFloor, commits: readonly SpecimenCommit[], count: number) {
  const [, , fired = 0, ended = 0] = await floor.stages(commits, { count, batch: Math.min(count, LARGEST_BATCH) });
  return { fired, finished: fired + ended };
}
