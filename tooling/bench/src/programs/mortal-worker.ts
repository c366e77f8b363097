import { FlovynClient, task } from '@flovyn/sdk';
import { clientOptions } from '../house/client-options.js';
import { serve } from '../house/serve.js';
import { FRESH, echo, sequence } from '../work.js';
import { Lane } from './lane.js';

/** Milliseconds of blocks of steps, taken by turns. */
export interface ByTurns {
  readonly long: readonly number[];
  readonly fresh: readonly number[];
}

let client: FlovynClient | undefined;
/** How often the code of each execution began here. */
const begun = new Map<string, number>();
let [long, fresh] = [new Lane(Infinity), new Lane(Infinity)];

const orders = {
  /** Works on a queue. The tasks of the long workflow are held from a step on, those of a fresh one from the first. */
  async work({ queue, heldFrom }: { readonly queue: string; readonly heldFrom: number }): Promise<void> {
    [long, fresh] = [new Lane(heldFrom), new Lane(FRESH)];
    client = new FlovynClient({ ...clientOptions(), queue });
    client.registerWorkflow(sequence);
    client.registerTask(
      task<number, number>({
        name: echo.name,
        async run(_ctx, step) {
          await (step < FRESH ? long : fresh).pass(step);
          return step;
        },
      }),
    );
    await client.start();
    client.worker?.on('work_received', ({ workType, executionId }) => {
      if (workType === 'workflow') begun.set(executionId, (begun.get(executionId) ?? 0) + 1);
    });
  },

  /** Resolves when a task of the long workflow is held. */
  held: (): Promise<void> => long.arrived(),

  /** Lets both workflows go by turns, so many blocks of so many steps each. Whatever else the machine does, it does to both. */
  async goByTurns({ blocks, steps }: { readonly blocks: number; readonly steps: number }): Promise<ByTurns> {
    const times: { long: number[]; fresh: number[] } = { long: [], fresh: [] };
    await Promise.all([long.arrived(), fresh.arrived()]);
    const goLong = async () => times.long.push(await long.take(steps));
    const goFresh = async () => times.fresh.push(await fresh.take(steps));
    for (let block = 0; block < blocks; block += 1) {
      // Who goes first changes: a young process becomes faster all the time.
      for (const go of block % 2 === 0 ? [goLong, goFresh] : [goFresh, goLong]) await go();
    }
    fresh.open();
    return times;
  },

  /** Holds nothing any more. */
  async goOn(): Promise<void> {
    long.open();
  },

  /** How often the code of an execution began here: each time but the very first is a replay. */
  async timesBegun(id: string): Promise<number> {
    return begun.get(id) ?? 0;
  },

  /** Ends without a word to anybody, as when a machine goes. */
  async die(): Promise<void> {
    process.kill(process.pid, 'SIGKILL');
  },
};

export type MortalWorkerOrders = typeof orders;
serve(orders, async () => client?.stop());
