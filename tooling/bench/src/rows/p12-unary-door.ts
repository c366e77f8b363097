import { startChild } from '../house/child.js';
import { cpuMeter, cpuPer } from '../house/cpu.js';
import type { BareUnaryOrders } from '../programs/bare-unary.js';
import type { ForeignOrders } from '../programs/foreign-workers.js';
import type { Result } from '../report/result.js';
import { percentile } from '../report/statistics.js';
import type { Context } from './context.js';

const IN_FLIGHT = 64;
/** Each has one poll of each sort under way, and plays what it gets beside. */
const WORKERS = 16;
const QUEUE = 'bench-foreign';
/** Two polls, two fetched histories and two turns of the workflow; one poll and one result of its task. */
const CALLS = 8;

/** P12: workflows with one task, run by workers in other languages: single calls, the whole history for each turn. */
export async function measureUnaryDoor(context: Context): Promise<Result[]> {
  const { server, load } = await context.house();
  const foreign = await startChild<ForeignOrders>('foreign-workers');
  const bare = await startChild<BareUnaryOrders>('bare-unary');
  const cpu = cpuMeter({ server: server.pid, workers: foreign.pid, load: load.pid }, server.pid);
  const rates: number[] = [];
  const floors: number[] = [];
  const p50s: number[] = [];
  const p99s: number[] = [];
  let note = '';
  try {
    const port = await bare.ask('listen');
    await foreign.ask('begin', { port: server.grpcPort, count: WORKERS, queues: [QUEUE] });
    await load.ask('flood', { inFlight: IN_FLIGHT, forMs: context.short(2_000), queue: QUEUE });
    for (let run = 0; run < context.runs; run += 1) {
      const [before, callsBefore] = [cpu(), await foreign.ask('calls')];
      const flood = await load.ask('flood', { inFlight: IN_FLIGHT, forMs: context.short(3_000), queue: QUEUE });
      const calls = (await foreign.ask('calls')) - callsBefore;
      note = `${(calls / flood.count).toFixed(2)} calls each; ${cpuPer(flood.count, before, cpu())}`;
      rates.push((flood.count * 1_000) / flood.ms);
      p50s.push(percentile(flood.latencies, 0.5));
      p99s.push(percentile(flood.latencies, 0.99));
      floors.push(
        await foreign.ask('echo', {
          port,
          connections: WORKERS,
          inFlight: IN_FLIGHT,
          calls: CALLS,
          forMs: context.short(1_500),
        }),
      );
    }
  } finally {
    await foreign.stop();
    await bare.stop();
  }
  const measure = `one-task workflows of foreign workers, ${IN_FLIGHT} in flight`;
  const floor = { name: `${CALLS} bare grpc-js calls each`, values: floors };
  return [
    { row: 'P12', measure, unit: '/s', values: rates, floor, note },
    { row: 'P12', measure: `${measure}: p50`, unit: 'ms', values: p50s },
    { row: 'P12', measure: `${measure}: p99`, unit: 'ms', values: p99s },
  ];
}
