import { openHouse } from '../house/house.js';
import type { Result } from '../report/result.js';
import { median, percentile } from '../report/statistics.js';
import { figure } from '../report/table.js';
import type { Context } from './context.js';
import { type Reading, type StreamOrder, openStreams } from './streams.js';

const STREAMS = 100;
const READERS_OF_EACH = 100;
const PER_SECOND = 3;
/** A word when it begins, and then nothing. */
const SILENT = 0.001;
const READ_MS = 5_000;

/** Of one execution that is as loud as one may be: more than a megabyte per second, which none of them takes. */
const STALLED = 100;

type Measure = 'idle' | 'bareIdle' | 'served' | 'bare' | 'loud' | 'stalled';

/** P7: one process, 100 executions, each read by 100 readers. */
export async function measureFanOut(context: Context): Promise<Result[]> {
  const readers = context.short(READERS_OF_EACH);
  const speaking: StreamOrder = { streams: STREAMS, readers, perSecond: PER_SECOND, forMs: context.short(READ_MS) };
  const silent: StreamOrder = { ...speaking, perSecond: SILENT };
  const runs: Readonly<Record<Measure, Reading>>[] = [];
  for (let run = 0; run < context.runs; run += 1) {
    // Memory that a process has once had is used again: what readers need shows only in one that is new.
    const house = await openHouse();
    const bench = await openStreams(house);
    try {
      runs.push({
        idle: await bench.served(silent),
        bareIdle: await bench.bare(silent),
        served: await bench.served(speaking),
        bare: await bench.bare(speaking),
        loud: await bench.served({ ...speaking, loud: { readers: 1, isRead: true } }),
        stalled: await bench.served({ ...speaking, loud: { readers: STALLED, isRead: false } }),
      });
    } finally {
      await bench.close();
      await house.close();
    }
  }
  const all = STREAMS * readers;
  const perCore = ({ frames, serving }: Reading): number => frames / serving.seconds;
  const p99 = ({ latencies }: Reading): number => percentile(latencies, 0.99);
  const grownMb = ({ serving }: Reading): number => serving.bytes / 1e6;
  const eachKb = ({ serving }: Reading): number => serving.bytes / all / 1_024;
  const of = (name: Measure, value: (reading: Reading) => number): number[] => runs.map((run) => value(run[name]));
  const count = all.toLocaleString('en');
  const rate = median(of('served', ({ frames, ms }) => (frames * 1_000) / ms));
  const stalled = `${count} readers and ${STALLED} that stall`;
  const withoutStall = 'one that reads instead';
  return [
    {
      row: 'P7',
      measure: `frames to ${count} readers`,
      unit: '/s of a core',
      values: of('served', perCore),
      floor: { name: 'bare node:http, one text for all', values: of('bare', perCore) },
      note: `${figure(rate)} frames/s read`,
    },
    {
      row: 'P7',
      measure: `${stalled}: p99`,
      unit: 'ms',
      values: of('stalled', p99),
      floor: { name: withoutStall, values: of('loud', p99) },
    },
    {
      row: 'P7',
      measure: `${stalled}: memory grown by`,
      unit: 'MB',
      values: of('stalled', grownMb),
      floor: { name: withoutStall, values: of('loud', grownMb) },
    },
    {
      row: 'P7',
      measure: `${count} idle readers: memory of each`,
      unit: 'KB',
      values: of('idle', eachKb),
      floor: { name: 'bare node:http', values: of('bareIdle', eachKb) },
    },
  ];
}
