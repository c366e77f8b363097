import type { Result } from '../report/result.js';
import { percentile } from '../report/statistics.js';
import type { Context } from './context.js';
import { type StreamOrder, openStreams } from './streams.js';

const READ_MS = 3_000;
const BESIDE = 16;

/** P5: from `ctx.streamToken` in a task to the frame at the reader. */
export async function measureTokenLatency(context: Context): Promise<Result[]> {
  const house = await context.house();
  const bench = await openStreams(house);
  const forMs = context.short(READ_MS);
  const one: StreamOrder = { streams: 1, perSecond: 50, forMs };
  const many: StreamOrder = { streams: 50, perSecond: 200, forMs };
  const beside = (during: number): Promise<unknown> => house.load.ask('flood', { inFlight: BESIDE, forMs: during });

  const measure = async (name: string, order: StreamOrder): Promise<Result[]> => {
    const served: number[][] = [];
    const bare: number[][] = [];
    let note = '';
    for (let run = 0; run < context.runs; run += 1) {
      const reading = await bench.served(order);
      served.push([...reading.latencies]);
      note = `${Math.round((reading.tokens * 1_000) / reading.ms)} tokens/s read; ${reading.cpu}`;
      // The bare streams have no workflows beside them: they show what reading costs, not what sharing a machine costs.
      bare.push([...(await bench.bare({ ...order, beside: undefined })).latencies]);
    }
    return [0.5, 0.99].map((share) => ({
      row: 'P5' as const,
      measure: `${name}: p${share * 100}`,
      unit: 'ms' as const,
      values: served.map((latencies) => percentile(latencies, share)),
      floor: { name: 'bare node:http stream', values: bare.map((latencies) => percentile(latencies, share)) },
      note,
    }));
  };

  try {
    return [
      ...(await measure('token, 1 stream x 50/s', one)),
      ...(await measure('token, 50 streams x 200/s', many)),
      ...(await measure(`the same beside ${BESIDE} workflows`, { ...many, beside })),
    ];
  } finally {
    await bench.close();
  }
}
