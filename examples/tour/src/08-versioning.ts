import { task, workflow } from '@flovyn/sdk';

export const charge = task<{ cents: number }, string>({
  name: 'tour-charge',
  run: async (_ctx, { cents }) => `charged ${cents}`,
});

export const sendReceipt = task<{ charged: string }, string>({
  name: 'tour-send-receipt',
  run: async (_ctx, { charged }) => `receipt: ${charged}`,
});

/** As it was deployed first. Executions of it may run for months. */
export const payV1 = workflow<{ cents: number }, string>({
  name: 'tour-pay',
  version: '1.0.0',
  async run(ctx, { cents }) {
    const charged = await ctx.schedule(charge, { cents });
    await ctx.waitForSignal('delivered');
    return charged;
  },
});

/**
 * The next version, for the same executions: what is added behind everything that was there is safe at any time. Code that must
 * come earlier is a new workflow, under a name of its own, for new executions.
 */
export const payV2 = workflow<{ cents: number }, string>({
  name: 'tour-pay',
  version: '2.0.0',
  async run(ctx, { cents }) {
    const charged = await ctx.schedule(charge, { cents });
    await ctx.waitForSignal('delivered');
    return ctx.schedule(sendReceipt, { charged });
  },
});
