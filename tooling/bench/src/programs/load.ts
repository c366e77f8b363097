import { FlovynClient } from '@flovyn/sdk';
import { clientOptions } from '../house/client-options.js';
import { serve } from '../house/serve.js';
import { type Speech, oneTask, sequence, speech } from '../work.js';

const client = new FlovynClient(clientOptions());
await client.start();

export interface Flood {
  /** Workflows done. */
  readonly count: number;
  readonly ms: number;
  /** From start to result known, each. */
  readonly latencies: readonly number[];
}

const orders = {
  /** Keeps so many one-task workflows in flight for a while. */
  async flood({ inFlight, forMs }: { readonly inFlight: number; readonly forMs: number }): Promise<Flood> {
    const latencies: number[] = [];
    const begun = performance.now();
    const lane = async (): Promise<void> => {
      for (;;) {
        const from = performance.now();
        if (from - begun >= forMs) return;
        const { handle } = await client.startWorkflow(oneTask, latencies.length);
        await handle.result();
        latencies.push(performance.now() - from);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return { count: latencies.length, ms: performance.now() - begun, latencies };
  },

  /** Runs so many workflows of so many steps at once, and says how long that took. */
  async sequences({ count, steps }: { readonly count: number; readonly steps: number }): Promise<{ ms: number }> {
    const begun = performance.now();
    await Promise.all(Array.from({ length: count }, () => client.executeWorkflow(sequence, { steps })));
    return { ms: performance.now() - begun };
  },

  /** Starts so many speeches and gives their execution ids. */
  async speeches({ count, input }: { readonly count: number; readonly input: Speech }): Promise<string[]> {
    const boxes = await Promise.all(Array.from({ length: count }, () => client.startWorkflow(speech, input)));
    return boxes.map(({ handle }) => handle.workflowId);
  },

  /** Waits for the ends of executions. */
  async results(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => client.getWorkflowHandle(id).result()));
  },

  /** Runs one workflow of each sort and gives their ids: the rows a floor is made of. */
  async specimens({ steps }: { readonly steps: number }): Promise<{ oneTask: string; sequence: string }> {
    const one = await client.startWorkflow(oneTask, 1);
    const many = await client.startWorkflow(sequence, { steps });
    await Promise.all([one.handle.result(), many.handle.result()]);
    return { oneTask: one.handle.workflowId, sequence: many.handle.workflowId };
  },
};

export type LoadOrders = typeof orders;
serve(orders, () => client.stop());
