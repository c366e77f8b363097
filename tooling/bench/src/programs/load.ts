import { FlovynClient } from '@flovyn/sdk';
import { clientOptions } from '../house/client-options.js';
import { serve } from '../house/serve.js';
import { type Speech, type Story, oneTask, sequence, sleeper, speech, story } from '../work.js';

const client = new FlovynClient(clientOptions());
await client.start();

export interface Flood {
  /** Workflows done. */
  readonly count: number;
  readonly ms: number;
  /** From start to result known, each. */
  readonly latencies: readonly number[];
}

export interface FloodOrder {
  readonly inFlight: number;
  readonly forMs: number;
  /** Where the workers are; the usual ones unless given. */
  readonly queue?: string;
}

export interface SequenceOrder {
  readonly from: number;
  readonly steps: number;
  readonly queue: string;
}

/** One workflow that slept. */
export interface Slept {
  readonly id: string;
  /** When its code went on, and when its caller knew its result: instants. */
  readonly wokenAt: number;
  readonly finishedAt: number;
}

export type SpecimenName = 'oneTask' | 'sequence' | 'sleeper';
const SPECIMEN_SLEEP_MS = 200;

/** Few enough that each falls asleep as soon as it has begun. */
const FALLING_ASLEEP = 16;

const orders = {
  /** Keeps so many one-task workflows in flight for a while. */
  async flood({ inFlight, forMs, queue }: FloodOrder): Promise<Flood> {
    const latencies: number[] = [];
    const begun = performance.now();
    const lane = async (): Promise<void> => {
      for (;;) {
        const from = performance.now();
        if (from - begun >= forMs) return;
        const { handle } = await client.startWorkflow(oneTask, latencies.length, { queue });
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

  /** Starts one workflow of so many steps, counted on from some number, and gives its execution id. */
  async sequence({ queue, ...input }: SequenceOrder): Promise<string> {
    const { handle } = await client.startWorkflow(sequence, input, { queue });
    return handle.workflowId;
  },

  /** Lets so many workflows sleep until the same instant, `forMs` from now, and waits for all of them. */
  async sleep({ count, forMs }: { readonly count: number; readonly forMs: number }): Promise<Slept[]> {
    const until = Date.now() + forMs;
    const slept: Promise<Slept>[] = [];
    const lane = async (): Promise<void> => {
      for (let left = begin(); left; left = begin()) {
        const { handle } = await client.startWorkflow(sleeper, { until });
        const id = handle.workflowId;
        slept.push(handle.result().then((wokenAt) => ({ id, wokenAt, finishedAt: Date.now() })));
      }
    };
    let begun = 0;
    const begin = (): boolean => (begun += 1) <= count;
    await Promise.all(Array.from({ length: FALLING_ASLEEP }, lane));
    if (Date.now() > until) throw new Error(`${count} workflows were not asleep within ${forMs} ms`);
    return Promise.all(slept);
  },

  /** Starts so many speeches and gives their execution ids. */
  async speeches({ count, input }: { readonly count: number; readonly input: Speech }): Promise<string[]> {
    const boxes = await Promise.all(Array.from({ length: count }, () => client.startWorkflow(speech, input)));
    return boxes.map(({ handle }) => handle.workflowId);
  },

  /** Has one story told to its end, and gives its execution id. */
  async story(input: Story): Promise<string> {
    const { handle } = await client.startWorkflow(story, input);
    await handle.result();
    return handle.workflowId;
  },

  /** Waits for the ends of executions. */
  async results(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => client.getWorkflowHandle(id).result()));
  },

  /** Ends speeches. */
  async hush(ids: readonly string[]): Promise<void> {
    const handles = ids.map((id) => client.getWorkflowHandle(id));
    await Promise.all(handles.map((handle) => handle.cancel()));
    await Promise.allSettled(handles.map((handle) => handle.result()));
  },

  /** Runs one workflow of each sort and gives their ids: the rows a floor is made of. */
  async specimens({ steps }: { readonly steps: number }): Promise<Readonly<Record<SpecimenName, string>>> {
    const one = await client.startWorkflow(oneTask, 1);
    const many = await client.startWorkflow(sequence, { steps });
    const asleep = await client.startWorkflow(sleeper, { until: Date.now() + SPECIMEN_SLEEP_MS });
    await Promise.all([one.handle.result(), many.handle.result(), asleep.handle.result()]);
    return {
      oneTask: one.handle.workflowId,
      sequence: many.handle.workflowId,
      sleeper: asleep.handle.workflowId,
    };
  },
};

export type LoadOrders = typeof orders;
serve(orders, () => client.stop());
