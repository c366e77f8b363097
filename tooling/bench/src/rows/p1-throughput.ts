import { cpuPer } from '../house/cpu.js';
import type { Result } from '../report/result.js';
import { percentile } from '../report/statistics.js';
import type { Context } from './context.js';

const inFlight = [1, 16, 64, 256];
/** Larger batches store hardly more per second. */
const LARGEST_BATCH = 64;

/** P1: workflows with one task, from start to result known. */
export async function measureThroughput(context: Context): Promise<Result[]> {
  const house = await context.house();
  const floor = await context.databaseFloor();
  const results: Result[] = [];
  for (const count of inFlight) {
    const batch = Math.min(count, LARGEST_BATCH);
    const rates: number[] = [];
    const floors: number[] = [];
    const p50s: number[] = [];
    const p99s: number[] = [];
    const cpu: string[] = [];
    for (let run = 0; run < context.runs; run += 1) {
      const before = house.cpu();
      const flood = await house.load.ask('flood', { inFlight: count, forMs: context.short(3_000) });
      cpu.push(cpuPer(flood.count, before, house.cpu()));
      rates.push((flood.count * 1_000) / flood.ms);
      p50s.push(percentile(flood.latencies, 0.5));
      p99s.push(percentile(flood.latencies, 0.99));
      floors.push(await floor.executions(batch, context.short(1_000)));
    }
    const measure = `one-task workflows, ${count} in flight`;
    const name = `database alone, ${batch} per commit`;
    results.push(
      { row: 'P1', measure, unit: '/s', values: rates, floor: { name, values: floors }, note: cpu.at(-1) ?? '' },
      latency(`${measure}: p50`, p50s, floors, count),
      latency(`${measure}: p99`, p99s, floors, count),
    );
  }
  return results;
}

/** Alone in flight, a workflow takes at least as long as its commits; beside others their number says nothing of that. */
function latency(measure: string, values: readonly number[], floors: readonly number[], inFlight: number): Result {
  const result = { row: 'P1', measure, unit: 'ms', values } as const;
  if (inFlight > 1) return result;
  return { ...result, floor: { name: 'its commits alone', values: floors.map((rate) => 1_000 / rate) } };
}
