import { Duration, type WorkflowContext, type WorkflowHandle, select, task, withTimeout, workflow } from '@flovyn/sdk';
import { FlovynTestEnvironment, TestWorkflowEnvironment, cleanupTestHarness } from '@flovyn/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';

const SOON = Duration.milliseconds(30);

const flaky = task<string, string>({
  name: 'flaky',
  retry: { maxRetries: 1, initialDelay: Duration.milliseconds(5) },
  run: async (ctx, text) => {
    if (ctx.attempt === 1 || text === 'never') throw new Error(`not ${text}`);
    return text;
  },
});
const endless = task<null, null>({
  name: 'endless',
  run: async (ctx) => {
    for (;;) {
      ctx.checkCancellation();
      ctx.heartbeat();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
});
const child = workflow<string, string>({
  name: 'child',
  run: async (ctx, text) => {
    if (text === 'fail') throw new Error('it failed');
    return text === 'wait' ? ctx.waitForSignal<string>('word') : text;
  },
});
/** No worker knows it. */
const unknown = workflow<null, null>({ name: 'unknown', run: async () => null });

const fate = (promise: PromiseLike<unknown>) =>
  Promise.resolve(promise).then(
    (value) => value ?? null,
    (error: Error) => error.name,
  );

/** What the code of one case does, and what happens to it from outside. */
type Life = readonly [
  name: string,
  run: (ctx: WorkflowContext) => Promise<unknown>,
  outside?: (
    environment: Pick<FlovynTestEnvironment, 'signalWorkflow' | 'resolvePromise' | 'rejectPromise'>,
    handle: WorkflowHandle<unknown>,
  ) => Promise<unknown>,
];

const lives: readonly Life[] = [
  ['tasks', async (ctx) => [await fate(ctx.schedule(flaky, 'now')), await fate(ctx.schedule(flaky, 'never'))]],
  ['a task that is out of time', (ctx) => fate(ctx.schedule(endless, null, { timeout: SOON }))],
  ['a task that loses', async (ctx) => (await select([ctx.schedule(endless, null), ctx.timer(SOON)])).index],
  [
    'state and operations',
    async (ctx) => {
      ctx.set('a', new Date(0));
      ctx.set('b', 1n);
      const ends = [await ctx.run('good', () => 1), await fate(ctx.run('bad', () => Promise.reject(new Error('bad'))))];
      ctx.clearAll();
      return ends;
    },
  ],
  [
    'timers',
    async (ctx) => {
      const timer = ctx.timer(Duration.days(1), { id: 'mine' });
      await ctx.sleep(Duration.milliseconds(0));
      await ctx.sleep(SOON);
      timer.cancel();
      return fate(withTimeout(ctx.waitForSignal('never'), SOON));
    },
  ],
  [
    'promises',
    async (ctx) => {
      const ends = [await fate(ctx.promise('kept', { timeout: Duration.days(1) })), await fate(ctx.promise('broken'))];
      return [...ends, await fate(ctx.promise('late', { timeout: SOON }))];
    },
    async (environment, handle) => {
      await environment.resolvePromise(handle, 'kept', 5);
      await environment.rejectPromise(handle, 'broken', 'no');
    },
  ],
  [
    'signals',
    async (ctx) => [await ctx.waitForSignal('a'), await ctx.waitForSignal('b')],
    async (environment, handle) => {
      await environment.signalWorkflow(handle, 'a', { first: true });
      await environment.signalWorkflow(handle, 'b', null);
    },
  ],
  [
    'children',
    async (ctx) => {
      const ends = [await fate(ctx.scheduleWorkflow(child, 'done')), await fate(ctx.scheduleWorkflow(child, 'fail'))];
      const heard = ctx.scheduleWorkflow(child, 'wait');
      await heard.signal('word', 'heard');
      ends.push(await fate(heard));
      const unheard = ctx.scheduleWorkflow(child, 'wait', { name: 'unheard' });
      await ctx.sleep(Duration.milliseconds(300));
      await unheard.cancel('enough');
      return [...ends, await fate(unheard)];
    },
  ],
  [
    'a child that never began',
    async (ctx) => {
      const never = ctx.scheduleWorkflow(unknown, null);
      await ctx.sleep(SOON);
      await never.cancel('not wanted');
      await never.signal('word', 'unheard');
      return fate(never);
    },
  ],
  [
    'a cancellation with work to tidy up',
    async (ctx) => {
      try {
        await Promise.all([ctx.schedule(endless, null), ctx.sleep(Duration.days(1)), ctx.promise('never')]);
      } finally {
        await ctx.schedule(flaky, 'tidied');
      }
    },
    (_, handle) => handle.cancel('enough'),
  ],
  [
    'its own cancellation',
    async (ctx) => {
      ctx.requestCancellation('had enough');
      await ctx.sleep(Duration.days(1));
    },
  ],
  ['a failure', () => Promise.reject(new Error('no way'))],
];

const definitions = lives.map(([name, run]) => workflow<null, unknown>({ name: name.replaceAll(' ', '-'), run }));

afterAll(() => cleanupTestHarness());

describe('the environment in memory', () => {
  const real = new FlovynTestEnvironment();
  for (const each of [child, ...definitions]) real.registerWorkflow(each);
  for (const each of [flaky, endless]) real.registerTask(each);
  beforeAll(() => real.start());
  afterAll(() => real.stop());

  async function hasPlayed({ workflowId }: WorkflowHandle<unknown>): Promise<boolean> {
    const events = (await real.client?.getWorkflowEvents(workflowId)) ?? [];
    return events.some(({ eventType }) => eventType.startsWith('WORKFLOW_') && eventType !== 'WORKFLOW_STARTED');
  }

  it.each(lives.map(([name], index) => [name, index] as const))('records %s as a server does', async (name, index) => {
    const memory = new TestWorkflowEnvironment().registerWorkflow(child).registerTask(flaky).registerTask(endless);
    const definition = definitions[index];
    const outside = lives[index]?.[2];
    if (definition === undefined) throw new Error(`No workflow ${name}`);

    const ends: unknown[] = [];
    for (const environment of [real, memory]) {
      const { handle } = await environment.startWorkflow(definition, null);
      // A server plays the first turn in its own time.
      if (environment === real) await eventually('the end of the first turn', () => hasPlayed(handle));
      await outside?.(environment, handle);
      // A task of real code is not waited for by the clock in memory.
      if (environment === memory) memory.advanceTime(SOON);
      const end = await fate(handle.result());
      const history =
        environment === real
          ? await real.client?.getWorkflowEvents(handle.workflowId)
          : memory.executionHistory(handle);
      ends.push({ end, facts: (history ?? []).map(comparable).filter((fact) => fact !== undefined) });
    }
    expect(ends[1]).toEqual(ends[0]);
  });
});

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Members that say where, when and by whom: those differ. */
const circumstances = ['fireAtMs', 'queue', 'requestedBy', 'stackTrace'];

/** Of a fact, what has to be the same; nothing of those that come in a worker's own time. */
function comparable({ eventType, data }: { readonly eventType: string; readonly data: unknown }) {
  if (eventType === 'WORKFLOW_SUSPENDED' || eventType === 'CHILD_WORKFLOW_STARTED') return undefined;
  const members = Object.entries(data as Readonly<Record<string, unknown>>).filter(
    ([key, value]) => !circumstances.includes(key) && value !== undefined,
  );
  const text = JSON.stringify(Object.fromEntries(members), (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return { eventType, data: JSON.parse(text.replaceAll(UUID, '<id>')) as unknown };
}
