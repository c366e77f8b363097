import { pathTo, paths } from '@flovyn/protocol/http';
import { type Child, startChild } from '../house/child.js';
import { organisation } from '../house/client-options.js';
import { cpuPer, cpuSeconds } from '../house/cpu.js';
import type { House } from '../house/house.js';
import { residentBytes } from '../house/memory.js';
import type { BareStreamOrders } from '../programs/bare-streams.js';
import type { ReaderOrders } from '../programs/readers.js';
import type { Seen } from '../reader.js';

export interface Reading extends Seen {
  readonly ms: number;
  /** What each token that was read has cost. */
  readonly cpu: string;
  /** Of the process that served the streams: CPU while they were read, and by how much its memory grew since before. */
  readonly serving: { readonly seconds: number; readonly bytes: number };
}

/** Streams of the server and bare ones, read by the same readers. */
export interface StreamBench {
  /** Tokens of so many executions over the server. */
  served(order: StreamOrder): Promise<Reading>;
  /** The same without server, worker and database. */
  bare(order: StreamOrder): Promise<Reading>;
  /** All entries of an execution that has ended, and as many bare ones: per second. */
  servedToEnd(id: string, entries: number): Promise<number>;
  bareToEnd(entries: number): Promise<number>;
  close(): Promise<void>;
}

export interface StreamOrder {
  readonly streams: number;
  readonly forMs: number;
  /** Of each stream; 0 as fast as they are read (bare streams only). */
  readonly perSecond: number;
  /** Of each stream: 1 unless given. */
  readonly readers?: number;
  /** One execution more, as loud as one may be, which is not measured: by so many it is asked for, and they read or stall. */
  readonly loud?: { readonly readers: number; readonly isRead: boolean };
  /** Runs while the streams are read; told how long that is. */
  readonly beside?: ((forMs: number) => Promise<unknown>) | undefined;
}

/** Everything has begun and caught up by then. */
const SETTLE_MS = 700;
/** What one attempt may stream. */
const LOUD_PER_SECOND = 5_000;

export async function openStreams({ server, load, cpu }: House): Promise<StreamBench> {
  const readers: Child<ReaderOrders> = await startChild('readers');
  const bare: Child<BareStreamOrders> = await startChild('bare-streams');
  const bareUrl = `http://127.0.0.1:${await bare.ask('listen')}`;
  let speeches = 0;
  const urlOf = (id: string): string =>
    `http://127.0.0.1:${server.httpPort}${pathTo(paths.workflowStream, { org: organisation, id })}`;

  const read = async (order: StreamOrder, urls: readonly string[], pid: number): Promise<Reading> => {
    const { forMs, beside, readers: ofEach = 1 } = order;
    const bytesBefore = residentBytes(pid);
    await readers.ask('open', Array.from({ length: ofEach }, () => urls).flat());
    await readers.ask('hear');
    // What was spoken before the readers were there arrives late through no fault of anybody.
    await readers.ask('read', { forMs: SETTLE_MS });
    const before = cpu();
    const secondsBefore = cpuSeconds(pid);
    const [reading] = await Promise.all([readers.ask('read', { forMs }), beside?.(forMs)]);
    const used = cpuPer(Math.max(1, reading.tokens), before, cpu());
    const serving = { seconds: cpuSeconds(pid) - secondsBefore, bytes: residentBytes(pid) - bytesBefore };
    await readers.ask('close');
    return { ...reading, serving, cpu: used };
  };

  const toEnd = async (url: string, expected: number): Promise<number> => {
    const { entries, ms } = await readers.ask('readToEnd', url);
    if (entries < expected) throw new Error(`${url} gave ${entries} of ${expected} entries`);
    return (entries * 1_000) / ms;
  };

  return {
    async served(order) {
      const ids = await load.ask('speeches', { count: order.streams, input: { perSecond: order.perSecond } });
      const urls = ids.map(urlOf);
      if (order.loud !== undefined) {
        const loud = await load.ask('speeches', { count: 1, input: { perSecond: LOUD_PER_SECOND } });
        await readers.ask('beside', { urls: loud.map(urlOf), ...order.loud });
        ids.push(...loud);
      }
      const reading = await read(order, urls, server.pid);
      await load.ask('hush', ids);
      return reading;
    },
    bare(order) {
      const { streams, perSecond } = order;
      const urls = Array.from({ length: streams }, () => `${bareUrl}/speeches/${speeches++}?perSecond=${perSecond}`);
      return read(order, urls, bare.pid);
    },
    servedToEnd: (id, entries) => toEnd(urlOf(id), entries),
    async bareToEnd(entries) {
      await bare.ask('store', entries);
      return toEnd(`${bareUrl}/stored?entries=${entries}`, entries);
    },
    async close() {
      await Promise.all([readers.stop(), bare.stop()]);
    },
  };
}
