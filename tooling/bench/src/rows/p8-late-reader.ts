import type { Result } from '../report/result.js';
import type { Context } from './context.js';
import { openStreams } from './streams.js';

const ENTRIES = 100_000;
const TASKS = 20;

/** P8: who comes when all is said: entries stored, delivered to their end. */
export async function measureLateReader(context: Context): Promise<Result[]> {
  const house = await context.house();
  const bench = await openStreams(house);
  const entries = context.short(ENTRIES);
  const values: number[] = [];
  const floors: number[] = [];
  try {
    const id = await house.load.ask('story', { tasks: TASKS, entries: entries / TASKS });
    for (let run = 0; run < context.runs; run += 1) {
      values.push(await bench.servedToEnd(id, entries));
      floors.push(await bench.bareToEnd(entries));
    }
  } finally {
    await bench.close();
  }
  const floor = { name: 'bare node:http, frames made before', values: floors };
  return [{ row: 'P8', measure: `${entries.toLocaleString('en')} stored entries`, unit: '/s', values, floor }];
}
