import type { Result } from '../report/result.js';
import type { Context } from './context.js';
import { type StreamOrder, openStreams } from './streams.js';

const STREAMS = 20;
const READ_MS = 3_000;
/** More in all than the server is meant to carry; what it does not take is joined by the worker. */
const PER_SECOND = 10_000;

/** P6: tokens through one server, from workers to readers, against streams that are written as fast as they are read. */
export async function measureTokens(context: Context): Promise<Result[]> {
  const house = await context.house();
  const bench = await openStreams(house);
  const order: StreamOrder = { streams: STREAMS, perSecond: PER_SECOND, forMs: context.short(READ_MS) };
  const values: number[] = [];
  const floors: number[] = [];
  let note = '';
  try {
    for (let run = 0; run < context.runs; run += 1) {
      const reading = await bench.served(order);
      values.push((reading.frames * 1_000) / reading.ms);
      const joined = reading.tokens / Math.max(1, reading.frames);
      note = `${joined.toFixed(2)} tokens per entry; ${reading.cpu}`;
      const bare = await bench.bare({ ...order, perSecond: 0 });
      floors.push((bare.frames * 1_000) / bare.ms);
    }
  } finally {
    await bench.close();
  }
  const floor = { name: 'bare node:http streams', values: floors };
  return [{ row: 'P6', measure: `token entries, ${STREAMS} streams`, unit: '/s', values, floor, note }];
}
