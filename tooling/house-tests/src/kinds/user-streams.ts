import { type TaskDefinition, defineStream, task } from '@flovyn/sdk';
import * as z from 'zod';

export const orders = defineStream({
  name: 'orders',
  description: 'Orders as they are worked off',
  schema: z.object({ id: z.string(), total: z.number(), day: z.iso.date().transform((text) => new Date(text)) }),
});

/** What nobody has a schema of. */
export const remarks = defineStream({
  name: 'remarks',
  schema: {
    '~standard': {
      version: 1,
      vendor: 'by hand',
      validate: (value) => (typeof value === 'string' ? { value } : { issues: [{ message: 'must be text' }] }),
    },
  },
});

const DAY = '2026-01-02';

/** Writes to streams of its own: what fits, what does not, and past what its worker checks. */
export const workOffOrders: TaskDefinition<{ count: number }, string[]> = task({
  name: 'work-off-orders',
  streams: [orders, remarks],
  async run(ctx, { count }: { count: number }) {
    const refusals: string[] = [];
    for (let index = 1; index <= count; index++) {
      ctx.streamToken(`${index} `);
      ctx.stream(orders).send({ id: `o-${index}`, total: index / 2, day: DAY });
      try {
        ctx.stream(orders).send({ id: `o-${index}`, total: 'much' as unknown as number, day: DAY });
      } catch (error) {
        refusals.push(String(error));
      }
      ctx.stream(remarks).send(`remark ${index}`);
    }
    // Past the check of the worker, as a worker with a fault would.
    ctx.stream({ type: 'data', data: { id: 7 }, stream: 'orders' });
    ctx.stream({ type: 'data', data: 'anything', stream: 'remarks' });
    ctx.stream({ type: 'data', data: 'anything', stream: 'unheard-of' });
    return refusals;
  },
});
