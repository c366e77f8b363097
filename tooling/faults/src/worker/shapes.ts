import { Duration, type WorkflowDefinition, workflow } from '@flovyn/sdk';
import { type Speech, speak } from './speech.js';

/** What every shape says while it does what it is there for. */
type Manner = Omit<Speech, 'name'>;

export interface Steps extends Manner {
  readonly tasks: number;
}
export interface Naps extends Manner {
  readonly napsMs: readonly number[];
}
export interface Notes extends Manner {
  readonly notes: number;
}
export interface Pledge extends Manner {
  readonly key: string;
}
export interface Family extends Manner {
  readonly children: number;
  readonly generations: number;
}

const namesOf = (tasks: number): string[] => Array.from({ length: tasks }, (_, index) => `t${index}`);

/** One task after the other; remembers how far it is. */
export const sequence = workflow({
  name: 'sequence',
  run: async (ctx, { tasks, ...manner }: Steps) => {
    const names = await ctx.run('names', () => namesOf(tasks));
    const said: string[] = [];
    for (const name of names) {
      said.push(await ctx.schedule(speak, { ...manner, name }));
      ctx.set('said', said.length);
    }
    return said.join(' ');
  },
});

/** All tasks at once. */
export const parallel = workflow({
  name: 'parallel',
  run: async (ctx, { tasks, ...manner }: Steps) =>
    (await Promise.all(namesOf(tasks).map((name) => ctx.schedule(speak, { ...manner, name })))).join(' '),
});

/** Sleeps between its tasks, under a timer that it gives up at the end. */
export const naps = workflow({
  name: 'naps',
  run: async (ctx, { napsMs, ...manner }: Naps) => {
    const limit = ctx.timer(Duration.hours(1));
    for (const ms of napsMs) {
      await ctx.sleep(Duration.milliseconds(ms));
      await ctx.schedule(speak, { ...manner, name: `after ${ms}` });
    }
    limit.cancel();
    return napsMs.reduce((sum, ms) => sum + ms, 0);
  },
});

/** Collects notes, and talks meanwhile. */
export const notes = workflow({
  name: 'notes',
  run: async (ctx, { notes: count, ...manner }: Notes) => {
    const talk = ctx.schedule(speak, { ...manner, name: 'talk' });
    const heard: string[] = [];
    while (heard.length < count) {
      heard.push(await ctx.waitForSignal<string>('note'));
      ctx.set('heard', heard.length);
    }
    await talk;
    return heard;
  },
});

/** Waits for what was promised, and talks meanwhile. */
export const pledge = workflow({
  name: 'pledge',
  run: async (ctx, { key, ...manner }: Pledge) => {
    const promised = ctx.promise<string>('pledge', { idempotencyKey: key });
    await ctx.schedule(speak, { ...manner, name: 'talk' });
    return promised;
  },
});

/** Has children like itself, and speaks as they do; gives how many there are. */
export const family: WorkflowDefinition<Family, number> = workflow({
  name: 'family',
  run: async (ctx, input: Family): Promise<number> => {
    const { children, generations, ...manner } = input;
    const births = Array.from({ length: generations > 0 ? children : 0 }, () =>
      ctx.scheduleWorkflow(family, { ...input, generations: generations - 1 }),
    );
    await ctx.schedule(speak, { ...manner, name: `generation ${generations}` });
    return (await Promise.all(births)).reduce((sum, members) => sum + members, 1);
  },
});

/** Waits for what never comes, until it is cancelled. */
export const endless = workflow({
  name: 'endless',
  run: async (ctx, manner: Manner) => {
    await ctx.schedule(speak, { ...manner, name: 'talk' });
    // The talk may have come to its end before its cancellation did: then it has kept the wish from being heard.
    ctx.checkCancellation();
    return ctx.waitForSignal<string>('never');
  },
});
