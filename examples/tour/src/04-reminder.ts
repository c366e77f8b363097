import { Duration, select, task, workflow } from '@flovyn/sdk';

export const sendMail = task<{ to: string; text: string }, void>({
  name: 'tour-send-mail',
  run: async (ctx, { to }) => ctx.log.info(`mail to ${to}`),
});

export interface Cart {
  readonly customer: string;
  readonly remindAfterMs: number;
  readonly reminders: number;
}

/** Reminds somebody now and then until they come back: `bought` ends it. The timers outlive every restart. */
export const remind = workflow<Cart, { reminders: number; bought: boolean }>({
  name: 'tour-remind',
  async run(ctx, { customer, remindAfterMs, reminders }) {
    const bought = ctx.waitForSignal('bought');
    for (let sent = 0; sent < reminders; sent += 1) {
      const first = await select([bought, ctx.timer(Duration.milliseconds(remindAfterMs))]);
      if (first.index === 0) return { reminders: sent, bought: true };
      await ctx.schedule(sendMail, { to: customer, text: 'Your cart misses you.' });
    }
    return { reminders, bought: false };
  },
});
