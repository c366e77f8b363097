import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '../house/serve.js';
import { type Readers, type Seen, openReaders } from '../reader.js';

let readers: Readers | undefined;

const close = (): Promise<void> => {
  readers?.close();
  readers = undefined;
  return Promise.resolve();
};

const orders = {
  open: async (urls: readonly string[]): Promise<void> => {
    readers = await openReaders(urls);
  },
  /** Everything that is read during a while. */
  async read({ forMs }: { readonly forMs: number }): Promise<Seen & { readonly ms: number }> {
    if (readers === undefined) throw new Error('No stream is open');
    readers.take();
    const begun = performance.now();
    await pause(forMs);
    const seen = readers.take();
    return { ...seen, ms: performance.now() - begun };
  },
  close,
};

export type ReaderOrders = typeof orders;
serve(orders, close);
