import { ChildWorkflowFailed, task, workflow } from '@flovyn/sdk';

export const pack = task<{ item: string }, string>({
  name: 'tour-pack',
  run: async (_ctx, { item }) => `box of ${item}`,
});

/** One parcel. It has a history and a page of its own. */
export const ship = workflow<{ item: string }, string>({
  name: 'tour-ship',
  async run(ctx, { item }) {
    if (item === 'piano') throw new Error('too heavy');
    return `${await ctx.schedule(pack, { item })} is on its way`;
  },
});

/** An order of several parcels, side by side. One that cannot be sent does not stop the others. */
export const shipOrder = workflow<{ items: string[] }, string[]>({
  name: 'tour-ship-order',
  async run(ctx, { items }) {
    const parcels = items.map((item) => ctx.scheduleWorkflow(ship, { item }));
    const settled = await Promise.allSettled(parcels);
    return settled.map((parcel, index) => {
      if (parcel.status === 'fulfilled') return parcel.value;
      const isOurs = ChildWorkflowFailed.is(parcel.reason);
      return `${items[index]} stays here${isOurs ? `: ${parcel.reason.message}` : ''}`;
    });
  },
});
