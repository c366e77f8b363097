import { existsSync } from 'node:fs';
import {
  Duration,
  OperationTimeout,
  PromiseRejected,
  PromiseTimeout,
  TaskCancelled,
  WorkflowCancelled,
  joinN,
  select,
  task,
  withTimeout,
  workflow,
} from '@flovyn/sdk';
import { noteEffect } from '../effects.js';

/** Sleeps, and says how long it believes to have slept. */
export const sleeper = workflow({
  name: 'sleeper',
  run: async (ctx, { ms }: { ms: number }) => {
    const begun = ctx.currentTimeMillis();
    await ctx.sleep(Duration.milliseconds(ms));
    return ctx.currentTimeMillis() - begun;
  },
});

/** Waits for a yes or a no. */
export const approval = workflow({
  name: 'approval',
  run: async (ctx, { timeoutMs, key }: { timeoutMs?: number; key?: string }) => {
    try {
      const timeout = timeoutMs === undefined ? undefined : Duration.milliseconds(timeoutMs);
      return await ctx.promise<string>('approval', { timeout, idempotencyKey: key });
    } catch (error) {
      if (PromiseTimeout.is(error)) return 'nobody answered';
      if (PromiseRejected.is(error)) return `no: ${error.message}`;
      throw error;
    }
  },
});

/** Collects messages until one says goodbye. */
export const conversation = workflow({
  name: 'conversation',
  run: async (ctx) => {
    const heard: string[] = [];
    ctx.set('heard', heard);
    for (;;) {
      const message = await ctx.waitForSignal<string>('message');
      heard.push(message);
      ctx.set('heard', heard);
      if (message === 'goodbye') return heard;
    }
  },
  handlers: { queries: { count: (ctx) => (ctx.get<string[]>('heard') ?? []).length } },
});

/** Has a child of its own kind until it is deep enough; the deepest fails or gives what it was asked for. */
export const nested = workflow({
  name: 'nested',
  run: async (ctx, { depth, fails }: { depth: number; fails?: boolean }): Promise<string> => {
    if (depth === 0) {
      if (fails === true) throw new Error('the deepest fell');
      return 'bottom';
    }
    return `${depth} ${await ctx.scheduleWorkflow(nested, { depth: depth - 1, ...(fails === true ? { fails } : {}) })}`;
  },
});

/** Works until it is told to stop. */
export const endless = task({
  name: 'endless',
  retry: { maxRetries: 0 },
  run: async (ctx) => {
    noteEffect(`endless ${ctx.taskExecutionId}`);
    while (!ctx.isCancelled) await new Promise((resolve) => setTimeout(resolve, 5));
    throw ctx.cancellationError();
  },
});

export const tidyUp = task({
  name: 'tidy-up',
  run: async (_ctx, what: string) => {
    noteEffect(`tidied ${what}`);
    return what;
  },
});

/** Has a task that never ends, and tidies up when it is cancelled. */
export const careful = workflow({
  name: 'careful',
  run: async (ctx, { name }: { name: string }) => {
    try {
      return await ctx.schedule(endless, {});
    } catch (error) {
      await ctx.schedule(tidyUp, name);
      throw error;
    }
  },
});

/** Has a child that never ends by itself. */
export const guardian = workflow({
  name: 'guardian',
  run: async (ctx, { name }: { name: string }) => ctx.scheduleWorkflow(careful, { name }),
});

/** Gives its child up after a moment. */
export const impatient = workflow({
  name: 'impatient',
  run: async (ctx, { name }: { name: string }) => {
    const child = ctx.scheduleWorkflow(careful, { name });
    await ctx.sleep(Duration.milliseconds(20));
    await child.cancel('took too long');
    try {
      await child;
    } catch (error) {
      return `gave up: ${(error as Error).message}`;
    }
    return 'never';
  },
});

/** Does what it is told, and writes down what it heard when it is cancelled. */
export const apprentice = workflow({
  name: 'apprentice',
  run: async (ctx) => {
    const heard: string[] = [];
    try {
      for (;;) {
        heard.push(await ctx.waitForSignal<string>('instruction'));
        await ctx.schedule(tidyUp, heard.join(' '));
      }
    } catch (error) {
      await ctx.schedule(tidyUp, `after ${heard.join(' ')}`);
      throw error;
    }
  },
});

/** Steers a child and a task, and says how they ended. */
export const foreman = workflow({
  name: 'foreman',
  run: async (ctx, { name }: { name: string }) => {
    const child = ctx.scheduleWorkflow(apprentice, null, { name: 'the apprentice' });
    const work = ctx.schedule(endless, {});
    for (const word of ['sweep', 'polish']) {
      await child.signal('instruction', `${name} ${word}`);
      await ctx.sleep(Duration.milliseconds(150));
      // Its end is applied ahead of its confirmation, and so is the signal that follows.
      await ctx.schedule(tidyUp, `${name} saw to it`);
    }
    work.cancel('enough of it');
    await child.cancel('the day is over');
    const [ofWork, ofChild] = await Promise.allSettled([work, child]);
    const words = (end: PromiseSettledResult<unknown>) =>
      end.status === 'fulfilled' ? 'ended' : (end.reason as Error).name;
    return { work: words(ofWork), isCancelled: work.isCancelled, child: words(ofChild) };
  },
});

/** Races tasks, children and timers against each other, over and over. */
export const racer = workflow({
  name: 'racer',
  run: async (ctx) => {
    const nap = (ms: number) => ctx.scheduleWorkflow(sleeper, { ms });
    const first = await select([ctx.schedule(endless, {}), nap(60_000), ctx.timer(Duration.milliseconds(20))]);
    const two = await joinN([nap(60_000), ctx.schedule(tidyUp, 'quick'), nap(10)], 2);
    const quick = await withTimeout(ctx.schedule(tidyUp, 'quicker'), Duration.minutes(1));
    const slow = ctx.schedule(endless, {});
    try {
      await withTimeout(slow, Duration.milliseconds(50));
    } catch (error) {
      if (!OperationTimeout.is(error)) throw error;
    }
    const end = await slow.result().catch((error: unknown) => TaskCancelled.is(error) && error.message);
    return { first: first.index, two: two.map(({ index }) => index), quick, end };
  },
});

/** Is busy while its child ends, and cancels it too late. */
export const tardy = workflow({
  name: 'tardy',
  run: async (ctx) => {
    const child = ctx.scheduleWorkflow(sleeper, { ms: 100 });
    await ctx.sleep(Duration.milliseconds(20));
    await ctx.run('be busy', () => new Promise((resolve) => setTimeout(resolve, 700)));
    await child.cancel('too late');
    return child;
  },
});

/** Sets a timer, and thinks better of it. */
export const fickle = workflow({
  name: 'fickle',
  run: async (ctx) => {
    const timer = ctx.timer(Duration.hours(1));
    await ctx.sleep(Duration.milliseconds(1));
    timer.cancel();
  },
});

/** Fails until a file exists; before that it has done something once. */
export const stubborn = workflow({
  name: 'stubborn',
  run: async (ctx, { gate }: { gate: string }) => {
    const once = await ctx.run('once', () => {
      noteEffect('stubborn once');
      return 'once';
    });
    const kept = ctx.schedule(tidyUp, 'before the failure');
    await ctx.sleep(Duration.milliseconds(10));
    if (!existsSync(gate)) throw new Error('not yet');
    return `${once} and ${await kept}`;
  },
});

/** A task that takes longer than it may. */
export const hurried = workflow({
  name: 'hurried',
  run: async (ctx) => {
    try {
      await ctx.schedule(endless, {}, { timeout: Duration.milliseconds(150) });
    } catch (error) {
      return (error as Error).message;
    }
    return 'in time';
  },
});

/** Asks to be cancelled, by itself. */
export const resigning = workflow({
  name: 'resigning',
  run: async (ctx) => {
    ctx.requestCancellation('seen enough');
    try {
      ctx.checkCancellation();
    } catch (error) {
      if (WorkflowCancelled.is(error)) await ctx.schedule(tidyUp, 'resigned');
      throw error;
    }
  },
});
