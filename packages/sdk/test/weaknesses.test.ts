import { describe, expect, it } from 'vitest';
import {
  Duration,
  FlovynClient,
  type WorkflowContext,
  type WorkflowDefinition,
  serialize,
  task,
  workflow,
} from '../src/index.js';
import { expectReplays } from './expect-replays.js';
import { RecordedExecution } from './recorded-execution.js';

// What the package that came before this one got wrong, row by row: each of these failed there.

const step = task<unknown, unknown>({ name: 'step', run: async () => null });
const child = workflow<unknown, unknown>({ name: 'child', run: async () => null });

function flow(
  run: (ctx: WorkflowContext) => Promise<unknown>,
  handlers?: WorkflowDefinition['handlers'],
): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run, ...(handlers === undefined ? {} : { handlers }) });
}

const signal = (execution: RecordedExecution, signalName: string, value: unknown): void =>
  execution.record({ type: 'SIGNAL_RECEIVED', signalName, signalValue: serialize(value) });
const typesOf = (execution: RecordedExecution): string[] =>
  execution.turns.flatMap(({ commands }) => commands).map(({ type }) => type);

describe('weaknesses that are not repeated', () => {
  it('F.1 code never sees that it was suspended', async () => {
    const notes: string[] = [];
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        try {
          return await ctx.schedule(step, 1);
        } catch {
          notes.push('catch');
          return 'garbage';
        } finally {
          notes.push('finally');
        }
      }),
    );
    expect((await execution.play()).outcome.type).toBe('SUSPENDED');
    expect(notes).toEqual([]);
    execution.completeTask(execution.openTasks[0]?.id ?? '', 'value');
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '"value"' });
    expect(notes).toEqual(['finally']);
  });

  it('F.2 combinators are decided by the order of the history, and a sleep nobody awaits harms nobody', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        void ctx.sleep(Duration.days(1));
        const [slow, fast] = [ctx.schedule(step, 'slow'), ctx.schedule(step, 'fast')];
        const winner = await Promise.race([slow, fast]);
        return [winner, await Promise.any([slow, fast]), await Promise.allSettled([fast])];
      }),
    );
    await execution.play();
    const [slow, fast] = execution.openTasks;
    execution.completeTask(fast?.id ?? '', 'fast');
    await execution.play();
    execution.completeTask(slow?.id ?? '', 'slow');
    await execution.play();
    const output = serialize(['fast', 'fast', [{ status: 'fulfilled', value: 'fast' }]]);
    expect(execution.turns.at(1)?.outcome).toEqual({ type: 'COMPLETED', output });
    await expectReplays(execution);
  });

  it('F.3 everything a turn decided goes with it, also what came after its last wait', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [first, second] = [ctx.schedule(step, 1), ctx.schedule(step, 2)];
        ctx.set('asked', 2);
        await first;
        await second;
        ctx.set('done', true);
        return 'end';
      }),
    );
    const { commands } = await execution.play();
    expect(commands.map(({ type }) => type)).toEqual(['SCHEDULE_TASK', 'SCHEDULE_TASK', 'SET_STATE']);
    for (const { id } of execution.openTasks) execution.completeTask(id, null);
    const last = await execution.play();
    expect(last).toMatchObject({ commands: [{ type: 'SET_STATE', key: 'done' }], outcome: { type: 'COMPLETED' } });
  });

  it('F.4 null is a result like any other', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const values = [await ctx.run('nothing', () => null), await ctx.schedule(step, 1)];
        values.push(await ctx.scheduleWorkflow(child, 1), await ctx.promise('p'), await ctx.waitForSignal('s'));
        return values;
      }),
    );
    await execution.play();
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    await execution.play();
    execution.completeChild(execution.openChildren[0]?.id ?? '', null);
    await execution.play();
    const made = JSON.parse(execution.facts.find(({ type }) => type === 'PROMISE_CREATED')?.data ?? '{}') as {
      promiseId: string;
    };
    execution.record({ type: 'PROMISE_RESOLVED', promiseId: made.promiseId, promiseName: 'p', value: serialize(null) });
    await execution.play();
    signal(execution, 's', null);
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '[null,null,null,null,null]' });
    await expectReplays(execution);
  });

  it('F.5 result() is a promise, pending or failed', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const handle = ctx.schedule(step, 1);
        const pending = handle.result();
        const failed = await pending.then(
          () => 'fine',
          (error: unknown) => (error as Error).message,
        );
        return [failed, await handle.result().catch(() => 'again')];
      }),
    );
    await execution.play();
    execution.failTask(execution.openTasks[0]?.id ?? '', 'no');
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '["no","again"]' });
  });

  it('F.7 declared handlers are called, and options reach the server', async () => {
    const policy = { maxRetries: 7, initialDelay: Duration.seconds(2) };
    const careful = task<unknown, unknown>({
      name: 'careful',
      timeout: Duration.minutes(5),
      retry: policy,
      run: async () => null,
    });
    const execution = new RecordedExecution(
      flow(
        async (ctx) => {
          void ctx.promise('p', { idempotencyKey: 'key' });
          await ctx.schedule(careful, 1);
          return ctx.get('heard');
        },
        { signals: { word: (ctx, value) => ctx.set('heard', value) } },
      ),
    );
    const { commands } = await execution.play();
    expect(commands).toMatchObject([
      { type: 'CREATE_PROMISE', idempotencyKey: 'key' },
      { type: 'SCHEDULE_TASK', timeoutMs: 300_000, retry: { maxRetries: 7, initialDelayMs: 2_000 } },
    ]);
    signal(execution, 'word', 'hello');
    await execution.play();
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '"hello"' });
    await expectReplays(execution);
  });

  it('F.8 a handle comes in a box where an async function gives it', async () => {
    const client = new FlovynClient({ serverUrl: 'http://127.0.0.1:1', orgId: 'dev' });
    const boxed: (...asked: Parameters<typeof client.startWorkflow>) => Promise<{ handle: PromiseLike<unknown> }> = (
      ...asked
    ) => client.startWorkflow(...asked);
    await expect(boxed(child, 1)).rejects.toThrow('Client is not started');
    expect(() => client.getWorkflowHandle('x')).toThrow('Client is not started');
  });

  it('F.10 a live instance is fed only what is new, and stands where a replay stands', async () => {
    let runs = 0;
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        runs += 1;
        for (let round = 0; round < 20; round += 1) await ctx.schedule(step, round);
        return runs;
      }),
    );
    await execution.play();
    while (!execution.isOver) {
      execution.completeTask(execution.openTasks[0]?.id ?? '', null);
      await execution.play();
    }
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '1' });
    expect(runs).toBe(1);
  });

  it('F.11 a wish to cancel arrives, also the own one, and is on the record', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const before = ctx.isCancellationRequested;
        await ctx.sleep(Duration.days(1)).catch(() => undefined);
        return [before, ctx.isCancellationRequested];
      }),
    );
    await execution.play();
    execution.record({ type: 'CANCELLATION_REQUESTED', reason: 'enough', requestedBy: 'me' });
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '[false,true]' });
    const own = new RecordedExecution(
      flow(async (ctx) => {
        ctx.requestCancellation('mine');
        await ctx.sleep(Duration.days(1));
      }),
    );
    expect((await own.play()).commands[0]).toMatchObject({ type: 'REQUEST_CANCELLATION', reason: 'mine' });
  });

  it('F.13 cleared keys are matched with their records, in the order in which they were set', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        for (const key of ['z', 'a', 'm']) ctx.set(key, 1);
        ctx.clearAll();
        ctx.set('later', 1);
        await ctx.schedule(step, 1);
        ctx.clear('later');
      }),
    );
    const { commands } = await execution.play();
    const cleared = commands.flatMap((command) => (command.type === 'CLEAR_STATE' ? [command.key] : []));
    expect(cleared).toEqual(['z', 'a', 'm']);
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    await execution.play();
    await expectReplays(execution);
  });

  it('F.14 the time is that of the history: a line has the same one in every replay', async () => {
    const times: number[] = [];
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        times.push(ctx.currentTimeMillis());
        await ctx.schedule(step, 1);
        times.push(ctx.currentTimeMillis());
      }),
    );
    await execution.play();
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    await execution.play();
    const live = times.splice(0);
    await execution.replay(execution.facts.length);
    expect(times).toEqual(live);
    expect(live[1]).toBeGreaterThan(live[0] ?? 0);
  });

  it('F.15 two children of one name have each their own result', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const options = { name: 'twin' };
        return Promise.all([ctx.scheduleWorkflow(child, 1, options), ctx.scheduleWorkflow(child, 2, options)]);
      }),
    );
    await execution.play();
    const [first, second] = execution.openChildren;
    execution.completeChild(second?.id ?? '', 'second');
    await execution.play();
    execution.completeChild(first?.id ?? '', 'first');
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '["first","second"]' });
    await expectReplays(execution);
  });

  it('F.16 a signal is seen from its place in the history on, also in a replay', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const heard: unknown[] = [];
        for (let round = 0; round < 2; round += 1) {
          heard.push(ctx.drainSignals('word').length, ctx.hasSignal('word'));
          heard.push(await ctx.waitForSignal('word'));
        }
        return heard;
      }),
    );
    await execution.play();
    signal(execution, 'word', 1);
    await execution.play();
    signal(execution, 'word', 2);
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '[0,false,1,0,false,2]' });
    await expectReplays(execution);
  });

  it('F.18 ids are counted in a replay as well: no two are the same', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        await ctx.schedule(step, 1);
        const own = ctx.randomUUID();
        const started = [ctx.scheduleWorkflow(child, 1).workflowId, ctx.scheduleWorkflow(child, 2).workflowId];
        return [own, ...started];
      }),
    );
    await execution.play();
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    execution.forget();
    const { outcome } = await execution.play();
    const ids = JSON.parse(outcome.type === 'COMPLETED' ? outcome.output : '[]') as string[];
    expect(new Set(ids).size).toBe(3);
    await expectReplays(execution);
  });

  it('F.23 state is what it was at this line; operations of one name are two, in the order of their calls', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const before = ctx.get('step');
        const rolled = await Promise.all([
          ctx.run('roll', async () => {
            await new Promise((resolve) => setTimeout(resolve, 5));
            return 'slow';
          }),
          ctx.run('roll', () => 'fast'),
        ]);
        ctx.set('step', 1);
        await ctx.schedule(step, 1);
        ctx.set('step', 2);
        return [before, rolled];
      }),
    );
    await execution.play();
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '[null,["slow","fast"]]' });
    await expectReplays(execution);
  });

  it('F.24 a timer that history calls otherwise is adopted', async () => {
    const definition = flow(async (ctx) => {
      await ctx.sleep(Duration.seconds(1));
      return 'woken';
    });
    for (const timerId of ['sleep-1', 'timer-0', 'delay-1']) {
      const execution = new RecordedExecution(definition);
      execution.record({ type: 'TIMER_STARTED', timerId, durationMs: 1_000, fireAtMs: 0 });
      execution.record({ type: 'TIMER_FIRED', timerId });
      expect((await execution.play()).outcome).toEqual({ type: 'COMPLETED', output: '"woken"' });
      expect(typesOf(execution)).toEqual([]);
    }
  });

  it('F.25 a turn that saw a signal says so, so that it is not what wakes it again', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        await ctx.schedule(step, 1);
        return ctx.waitForSignal('never');
      }),
    );
    await execution.play();
    signal(execution, 'other', 1);
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    const turn = await execution.play();
    // All there was has been seen: nothing later is left to wake it for.
    expect(turn.seen).toBe(execution.facts.length - turn.commands.length - 1);
    expect(turn.outcome).toMatchObject({ type: 'SUSPENDED', waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL' }] });
    expect((await execution.play()).outcome).toEqual(turn.outcome);
  });
});
