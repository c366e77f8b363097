import { Duration, PromiseRejected, PromiseTimeout, workflow } from '@flovyn/sdk';

export interface Expense {
  readonly cents: number;
  /** How long somebody may take to decide, in milliseconds. */
  readonly patienceMs: number;
}

/** A person decides. Small expenses need none; who does not answer in time has refused. */
export const approveExpense = workflow<Expense, string>({
  name: 'tour-approve-expense',
  async run(ctx, { cents, patienceMs }) {
    if (cents < 1_000) return 'approved: small';
    try {
      const by = await ctx.promise<string>('approval', { timeout: Duration.milliseconds(patienceMs) });
      return `approved by ${by}`;
    } catch (error) {
      if (PromiseTimeout.is(error)) return 'refused: nobody answered';
      if (PromiseRejected.is(error)) return `refused: ${error.reason}`;
      throw error;
    }
  },
});
