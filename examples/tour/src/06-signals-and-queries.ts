import { workflow } from '@flovyn/sdk';

export interface Item {
  readonly name: string;
  readonly cents: number;
}

/** A shopping basket that lives as long as somebody shops: told by signals, asked by queries. */
export const basket = workflow<{ customer: string }, { customer: string; cents: number }>({
  name: 'tour-basket',
  handlers: {
    signals: {
      add: (ctx, item: Item) => ctx.set('items', [...(ctx.get<Item[]>('items') ?? []), item]),
    },
    queries: {
      total: (ctx) => totalOf(ctx.get<Item[]>('items')),
    },
  },
  async run(ctx, { customer }) {
    await ctx.waitForSignal('checkout');
    return { customer, cents: totalOf(ctx.get<Item[]>('items')) };
  },
});

function totalOf(items: readonly Item[] | null): number {
  return (items ?? []).reduce((sum, { cents }) => sum + cents, 0);
}
