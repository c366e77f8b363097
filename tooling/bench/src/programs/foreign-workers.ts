import { type EchoOrder, floodEcho } from '../foreign/echo.js';
import { type ForeignWorker, startForeignWorker } from '../foreign/worker.js';
import { serve } from '../house/serve.js';

let workers: ForeignWorker[] = [];

/** Workers that poll a server. */
export interface WorkersOrder {
  readonly port: number;
  readonly count: number;
  /** The first worker takes from the first one, and so on, round and round. */
  readonly queues: readonly string[];
}

const close = (): Promise<void> => {
  for (const worker of workers) worker.close();
  workers = [];
  return Promise.resolve();
};

const orders = {
  async begin({ port, count, queues }: WorkersOrder): Promise<void> {
    // One after the other: they are to be idle, and a hundred that register at once are a flood.
    for (let index = 0; index < count; index += 1) {
      const queue = queues[index % queues.length] ?? '';
      workers.push(await startForeignWorker(`127.0.0.1:${port}`, `bench-foreign-${index}`, queue));
    }
  },
  /** How many calls they have made, all together. */
  calls: async (): Promise<number> => {
    // With one that stands still, nothing is measured.
    const failed = workers.find(({ failure }) => failure !== undefined);
    if (failed !== undefined) throw failed.failure;
    return workers.reduce((sum, { calls }) => sum + calls, 0);
  },
  close,
  echo: (order: EchoOrder): Promise<number> => floodEcho(order),
};

export type ForeignOrders = typeof orders;
serve(orders, close);
