import { task, workflow } from '@flovyn/sdk';

/** A task acts on the world. It is tried again when it fails. */
export const sayHello = task<{ who: string }, string>({
  name: 'tour-say-hello',
  retry: { maxRetries: 2 },
  run: async (_ctx, { who }) => `Hello ${who}`,
});

/** A workflow decides what happens, and survives everything in between. */
export const hello = workflow<{ who: string }, string>({
  name: 'tour-hello',
  run: async (ctx, input) => ctx.schedule(sayHello, input),
});
