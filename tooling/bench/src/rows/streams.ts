import { pathTo, paths } from '@flovyn/protocol/http';
import { type Child, startChild } from '../house/child.js';
import { organisation } from '../house/client-options.js';
import { cpuPer } from '../house/cpu.js';
import type { House } from '../house/house.js';
import type { BareStreamOrders } from '../programs/bare-streams.js';
import type { ReaderOrders } from '../programs/readers.js';
import type { Seen } from '../reader.js';
import type { Speech } from '../work.js';

export interface Reading extends Seen {
  readonly ms: number;
  /** What each token that was read has cost. */
  readonly cpu: string;
}

/** Streams of the server and bare ones, read by the same readers. */
export interface StreamBench {
  /** Tokens of so many executions, one stream each, over the server. */
  served(order: StreamOrder): Promise<Reading>;
  /** The same without server, worker and database. */
  bare(order: StreamOrder): Promise<Reading>;
  close(): Promise<void>;
}

export interface StreamOrder {
  readonly streams: number;
  readonly forMs: number;
  /** Of each stream; 0 as fast as they are read (bare streams only). */
  readonly perSecond: number;
  /** Runs while the streams are read; told how long that is. */
  readonly beside?: ((forMs: number) => Promise<unknown>) | undefined;
}

/** Everything has begun and caught up by then. */
const SETTLE_MS = 700;
/** How long readers may take to be there: on a busy machine, long. */
const OPENING_MS = 2_000;

export async function openStreams({ server, load, cpu }: House): Promise<StreamBench> {
  const readers: Child<ReaderOrders> = await startChild('readers');
  const bare: Child<BareStreamOrders> = await startChild('bare-streams');
  const barePort = await bare.ask('listen');
  const urlOf = (id: string): string =>
    `http://127.0.0.1:${server.httpPort}${pathTo(paths.workflowStream, { org: organisation, id })}`;

  const read = async ({ forMs, beside }: StreamOrder, urls: readonly string[]): Promise<Reading> => {
    await readers.ask('open', urls);
    await readers.ask('hear');
    // What was spoken before the readers were there arrives late through no fault of anybody.
    await readers.ask('read', { forMs: SETTLE_MS });
    const before = cpu();
    const [reading] = await Promise.all([readers.ask('read', { forMs }), beside?.(forMs)]);
    const used = cpuPer(Math.max(1, reading.tokens), before, cpu());
    await readers.ask('close');
    return { ...reading, cpu: used };
  };

  return {
    async served(order) {
      const ids = await load.ask('speeches', { count: order.streams, input: speechOf(order) });
      const reading = await read(order, ids.map(urlOf));
      await load.ask('results', ids);
      return reading;
    },
    bare(order) {
      const url = `http://127.0.0.1:${barePort}/${encodeURIComponent(JSON.stringify(speechOf(order)))}`;
      return read(
        order,
        Array.from({ length: order.streams }, () => url),
      );
    },
    async close() {
      await Promise.all([readers.stop(), bare.stop()]);
    },
  };
}

/** Speaks until the readers have read for long enough. */
function speechOf({ forMs, perSecond }: StreamOrder): Speech {
  return { forMs: OPENING_MS + SETTLE_MS + forMs, perSecond };
}
