import { type DatabaseFloor } from '../floors/database.js';
import { cpuPer } from '../house/cpu.js';
import type { House } from '../house/house.js';
import type { Result } from '../report/result.js';
import { median } from '../report/statistics.js';
import type { Context } from './context.js';

/** How often a sequence is repeated in a run: short ones are over before anything settles. */
const alone = [
  { steps: 10, times: 20 },
  { steps: 100, times: 5 },
  { steps: 2_000, times: 1 },
];
const together = { count: 64, steps: 200 };

/** P2: tasks one after another in one workflow, and in many at once. */
export async function measureSequences(context: Context): Promise<Result[]> {
  const house = await context.house();
  const floor = await context.databaseFloor();
  const results: Result[] = [];
  for (const { steps, times } of alone) results.push(await measureAlone(context, house, floor, steps, times));
  results.push(await measureTogether(context, house, floor));
  return results;
}

async function measureAlone(
  context: Context,
  house: House,
  floor: DatabaseFloor,
  steps: number,
  times: number,
): Promise<Result> {
  const values: number[] = [];
  const floors: number[] = [];
  let note = '';
  const count = steps > 100 ? context.short(steps) : steps;
  for (let run = 0; run < context.runs; run += 1) {
    const before = house.cpu();
    const each: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const { ms } = await house.load.ask('sequences', { count: 1, steps: count });
      each.push(ms / count);
    }
    values.push(median(each));
    note = cpuPer(count * times, before, house.cpu());
    floors.push(1_000 / (await floor.steps(1, context.short(700))));
  }
  return {
    row: 'P2',
    measure: `a step of ${count} in one workflow`,
    unit: 'ms',
    values,
    floor: { name: 'its commit alone', values: floors },
    note,
  };
}

async function measureTogether(context: Context, house: House, floor: DatabaseFloor): Promise<Result> {
  const values: number[] = [];
  const floors: number[] = [];
  let note = '';
  const order = { ...together, steps: context.short(together.steps) };
  const all = order.count * order.steps;
  for (let run = 0; run < context.runs; run += 1) {
    const before = house.cpu();
    const { ms } = await house.load.ask('sequences', order);
    values.push((all * 1_000) / ms);
    note = cpuPer(all, before, house.cpu());
    floors.push(await floor.steps(order.count, context.short(1_000)));
  }
  return {
    row: 'P2',
    measure: `steps of ${order.count} workflows x ${order.steps} at once`,
    unit: '/s',
    values,
    floor: { name: `database alone, ${order.count} per commit`, values: floors },
    note,
  };
}
