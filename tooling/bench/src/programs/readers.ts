import type { ClientRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '../house/serve.js';
import { type Readers, type Seen, openReaders, openBeside, readToEnd } from '../reader.js';

let readers: Readers | undefined;
let beside: ClientRequest[] = [];

interface BesideOrder {
  readonly urls: readonly string[];
  /** Of each stream. */
  readonly readers: number;
  readonly isRead: boolean;
}

const LOOK_AGAIN_MS = 20;
/** An overloaded machine takes seconds; more than this is a fault. */
const PATIENCE_MS = 30_000;

function opened(): Readers {
  if (readers === undefined) throw new Error('No stream is open');
  return readers;
}

const close = (): Promise<void> => {
  readers?.close();
  readers = undefined;
  for (const request of beside) request.destroy();
  beside = [];
  return Promise.resolve();
};

const orders = {
  open: async (urls: readonly string[]): Promise<void> => {
    readers = await openReaders(urls);
  },
  /** Opens more, which are not counted: they read, or they stall. */
  async beside({ urls, readers: ofEach, isRead }: BesideOrder): Promise<void> {
    for (const url of urls) {
      for (let reader = 0; reader < ofEach; reader += 1) beside.push(await openBeside(url, isRead));
    }
  },
  /** Reads one stream to its end. */
  async readToEnd(url: string): Promise<{ readonly entries: number; readonly ms: number }> {
    const begun = performance.now();
    const entries = await readToEnd(url);
    return { entries, ms: performance.now() - begun };
  },
  /** Waits for the first token: before it there is nothing to measure. */
  async hear(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (opened().take().tokens === 0) {
      if (performance.now() > until) throw new Error(`No token in ${PATIENCE_MS} ms`);
      await pause(LOOK_AGAIN_MS);
    }
  },
  /** Everything that is read during a while. */
  async read({ forMs }: { readonly forMs: number }): Promise<Seen & { readonly ms: number }> {
    opened().take();
    const begun = performance.now();
    await pause(forMs);
    const seen = opened().take();
    return { ...seen, ms: performance.now() - begun };
  },
  close,
};

export type ReaderOrders = typeof orders;
serve(orders, close);
