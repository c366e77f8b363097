import { describe, expect, it } from 'vitest';
import { select, withTimeout } from '../../combinators.js';
import { Duration } from '../../duration.js';
import { OperationTimeout, PromiseTimeout } from '../../errors.js';
import { task } from '../../task.js';
import { workflow } from '../../workflow.js';
import { TestWorkflowEnvironment } from './test-workflow-environment.js';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2030, 0, 1);
const aDay = () => new TestWorkflowEnvironment({ initialTime: new Date(START) });

const reminder = workflow<number, number[]>({
  name: 'reminder',
  run: async (ctx, times) => {
    const at: number[] = [];
    for (let i = 0; i < times; i += 1) {
      await ctx.sleep(Duration.hours(1));
      at.push(ctx.currentTimeMillis() - START);
    }
    return at;
  },
});
const slow = task<null, string>({ name: 'slow', run: async () => 'done' });

describe('time skipping', () => {
  it('takes a workflow through its timers at once', async () => {
    const environment = aDay();
    expect(await environment.executeWorkflow(reminder, 3)).toEqual([HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS]);
    expect(environment.time.currentTimeMillis()).toBe(START + 3 * HOUR_MS);
  });

  it('wakes two executions in the order of their timers', async () => {
    const environment = aDay();
    const order: string[] = [];
    const sleeper = workflow<[string, number], void>({
      name: 'sleeper',
      run: async (ctx, [name, minutes]) => {
        await ctx.sleep(Duration.minutes(minutes));
        await ctx.run('note', () => void order.push(name));
      },
    });
    await Promise.all([
      environment.executeWorkflow(sleeper, ['late', 20]),
      environment.executeWorkflow(sleeper, ['soon', 10]),
    ]);
    expect(order).toEqual(['soon', 'late']);
    expect(environment.time.currentTimeMillis()).toBe(START + 20 * 60_000);
  });

  it('does not skip for a started workflow until its result is awaited', async () => {
    const environment = aDay();
    const { handle } = await environment.startWorkflow(reminder, 2);
    expect(environment.workflowExecutions()).toMatchObject([{ status: 'WAITING', reason: /timer sleep-1/ }]);
    expect(environment.advanceTime(Duration.minutes(59))).toEqual([]);
    expect(environment.advanceTime(Duration.minutes(1))).toEqual(['sleep-1']);
    await environment.settled();
    expect(environment.skipAllTimers()).toEqual(['sleep-2']);
    expect(await handle.result()).toEqual([HOUR_MS, 2 * HOUR_MS]);
  });

  it('tells the timers of two executions apart', async () => {
    const environment = aDay();
    const { handle: first } = await environment.startWorkflow(reminder, 1);
    const { handle: second } = await environment.startWorkflow(reminder, 1);
    expect(environment.time.pendingTimerIds()).toEqual(['sleep-1', `${second.workflowId}:sleep-1`]);
    environment.skipAllTimers();
    expect(await Promise.all([first, second])).toEqual([[HOUR_MS], [HOUR_MS]]);
  });

  it('ends a promise that is out of time', async () => {
    const waiting = workflow<null, unknown>({
      name: 'waiting',
      run: async (ctx) => {
        const error = await ctx.promise('p', { timeout: Duration.days(1) }).catch((thrown: unknown) => thrown);
        return PromiseTimeout.is(error) ? ctx.currentTimeMillis() - START : 'kept';
      },
    });
    expect(await aDay().executeWorkflow(waiting, null)).toBe(24 * HOUR_MS);
    const kept = aDay().setPromiseResult('p', null);
    expect(await kept.executeWorkflow(waiting, null)).toBe('kept');
    expect(kept.time.pendingTimerIds()).toEqual([]);
  });

  it('ends a task that is out of time, between two attempts too', async () => {
    const failing = task({
      name: 'failing',
      timeout: Duration.minutes(5),
      retry: { maxRetries: 100, initialDelay: Duration.minutes(2), backoffMultiplier: 1 },
      run: async () => Promise.reject(new Error('not yet')),
    });
    const environment = aDay();
    const flow = workflow<null, unknown>({ name: 'flow', run: async (ctx) => ctx.schedule(failing, null) });
    environment.registerTask(failing);
    await expect(environment.executeWorkflow(flow, null)).rejects.toThrow('Task timed out');
    expect(environment.taskExecutions()).toMatchObject([{ attempts: 3, status: 'FAILED', error: 'Task timed out' }]);
    expect(environment.time.currentTimeMillis()).toBe(START + 5 * 60_000);
  });

  it('lets a task that is held open lose against time, and cancels it', async () => {
    const flow = workflow<null, string>({
      name: 'flow',
      run: async (ctx) => {
        try {
          return await withTimeout(ctx.schedule(slow, null), Duration.minutes(1));
        } catch (error) {
          return OperationTimeout.is(error) ? 'too late' : 'failed';
        }
      },
    });
    const environment = aDay().setTaskPending(slow);
    expect(await environment.executeWorkflow(flow, null)).toBe('too late');
    expect(environment.taskExecutions()).toMatchObject([{ status: 'CANCELLED', attempts: 0 }]);
    const quick = aDay().registerTask(slow);
    expect(await quick.executeWorkflow(flow, null)).toBe('done');
    expect(quick.time.currentTimeMillis()).toBe(START);
    expect(quick.executionHistory().map(({ eventType }) => eventType)).toContain('TIMER_CANCELLED');
  });

  it('tells the code of a task that it was cancelled', async () => {
    const endless = task<null, string>({
      name: 'endless',
      run: async (ctx) => {
        while (!ctx.isCancelled) await new Promise(setImmediate);
        throw ctx.cancellationError();
      },
    });
    const flow = workflow<null, number>({
      name: 'flow',
      run: async (ctx) => (await select([ctx.schedule(endless, null), ctx.timer(Duration.minutes(1))])).index,
    });
    const environment = aDay().registerTask(endless);
    const { handle } = await environment.startWorkflow(flow, null);
    environment.advanceTime(Duration.minutes(1));
    expect(await handle.result()).toBe(1);
    expect(environment.taskExecutions()).toMatchObject([{ status: 'CANCELLED', attempts: 1 }]);
  });

  it('waits for tasks that take real time', async () => {
    const real = task<null, string>({
      name: 'real',
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return 'real';
      },
    });
    const flow = workflow<null, string>({
      name: 'flow',
      run: (ctx) => withTimeout(ctx.schedule(real, null), Duration.milliseconds(1)),
    });
    expect(await aDay().registerTask(real).executeWorkflow(flow, null)).toBe('real');
  });

  it('fires a timer of no time in the same turn', async () => {
    const flow = workflow<null, string>({
      name: 'flow',
      run: async (ctx) => {
        await ctx.sleep(Duration.milliseconds(0));
        return 'awake';
      },
    });
    const environment = aDay();
    expect(await environment.executeWorkflow(flow, null)).toBe('awake');
    expect(environment.executionHistory().map(({ eventType }) => eventType)).toEqual([
      'WORKFLOW_STARTED',
      'TIMER_STARTED',
      'TIMER_FIRED',
      'WORKFLOW_SUSPENDED',
      'WORKFLOW_COMPLETED',
    ]);
  });
});

describe('a workflow that nothing will wake', () => {
  const waitsFor = (run: Parameters<typeof workflow<null, unknown>>[0]['run']) =>
    workflow<null, unknown>({ name: 'stuck', run });

  it.each([
    ['promise "approval"', waitsFor((ctx) => ctx.promise('approval'))],
    ["signalWorkflow(handle, 'go', …)", waitsFor((ctx) => ctx.waitForSignal('go'))],
    ['task "slow"', waitsFor(async (ctx) => ctx.schedule(slow, null))],
    ["setTaskResult('nobody', …)", waitsFor((ctx) => ctx.scheduleByName('nobody', null))],
    ['a worker that knows workflow "reminder"', waitsFor(async (ctx) => ctx.scheduleWorkflow(reminder, 1))],
    ['; and promise "b"', waitsFor((ctx) => Promise.all([ctx.promise('a'), ctx.promise('b')]))],
  ])('fails with what it waits for: %s', async (named, definition) => {
    const running = aDay().executeWorkflow(definition, null);
    await expect(running).rejects.toThrow(/^Workflow "stuck" \(.*\) waits for what nobody will give: /);
    await expect(running).rejects.toThrow(named);
  });

  it('says what a child waits for', async () => {
    const child = workflow<null, unknown>({ name: 'inner', run: (ctx) => ctx.promise('deep') });
    const flow = waitsFor(async (ctx) => ctx.scheduleWorkflow(child, null));
    await expect(aDay().registerWorkflow(child).executeWorkflow(flow, null)).rejects.toThrow(
      /child workflow "inner-1" \(.*\), which waits for promise "deep"/,
    );
  });

  it('goes on when it is helped after all', async () => {
    const environment = aDay();
    const { handle } = await environment.startWorkflow(
      waitsFor((ctx) => ctx.promise('p')),
      null,
    );
    await expect(handle.result()).rejects.toThrow('promise "p"');
    environment.setPromiseResult('p', 5);
    expect(await handle.result()).toBe(5);
  });

  it('fails when it waits for what the engine does not know', async () => {
    const flow = waitsFor(() => new Promise(() => undefined));
    await expect(aDay().executeWorkflow(flow, null)).rejects.toThrow('waits for something the engine does not know');
  });

  it('says what a held task is', async () => {
    const environment = aDay().setTaskPending('slow');
    await expect(environment.executeTask(slow, null)).rejects.toThrow('which setTaskPending holds open');
  });
});
