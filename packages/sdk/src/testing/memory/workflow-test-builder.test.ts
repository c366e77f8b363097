import { describe, expect, it, vi } from 'vitest';
import { Duration } from '../../duration.js';
import { DeterminismViolation } from '../../errors.js';
import { task } from '../../task.js';
import type { WorkflowContext } from '../../types.js';
import { workflow } from '../../workflow.js';
import { replayHistory } from './replay-history.js';
import { TestWorkflowEnvironment } from './test-workflow-environment.js';
import { WorkflowTestBuilder } from './workflow-test-builder.js';

const charge = task<number, string>({ name: 'charge', run: async (_, n) => `r-${n}` });
const inner = workflow<unknown, unknown>({ name: 'inner', run: async () => null });
const of = (run: (ctx: WorkflowContext) => Promise<unknown>) => workflow<unknown, unknown>({ name: 'flow', run });
const started = () => new WorkflowTestBuilder().withWorkflowStarted(null);
const caught = async (promise: PromiseLike<unknown>) =>
  Promise.resolve(promise).then(String, (error: Error) => error.name);

describe('WorkflowTestBuilder', () => {
  it('numbers its events and gives them their times', () => {
    const builder = new WorkflowTestBuilder(new Date(1_000)).withWorkflowStarted({ at: new Date(0) });
    const history = builder.at(new Date(5_000)).withTimerStarted('sleep-1', 60_000).build();
    builder.withTimerFired('sleep-1');
    expect(history).toEqual([
      { sequence: 1, eventType: 'WORKFLOW_STARTED', timestamp: new Date(1_000), data: { input: { at: new Date(0) } } },
      {
        sequence: 2,
        eventType: 'TIMER_STARTED',
        timestamp: new Date(5_000),
        data: { timerId: 'sleep-1', durationMs: 60_000, fireAtMs: 65_000 },
      },
    ]);
    expect(builder.build()).toHaveLength(3);
  });

  it('writes histories that code understands', async () => {
    const everything = of(async (ctx) => {
      const seen: unknown[] = [await ctx.schedule(charge, 5), await caught(ctx.schedule(charge, 6))];
      seen.push(await ctx.run('op', () => 'not run'));
      ctx.set('k', 1);
      ctx.clear('k');
      await ctx.sleep(Duration.hours(1));
      seen.push(await ctx.promise('p'), await caught(ctx.promise('p')), await caught(ctx.promise('q')));
      seen.push(await ctx.scheduleWorkflow(inner, null), await caught(ctx.scheduleWorkflow(inner, null)));
      seen.push(await ctx.waitForSignal('s'), await caught(ctx.sleep(Duration.days(1))));
      return seen;
    });
    const history = started()
      .withTaskScheduled('charge', 5)
      .withTaskCompleted('charge', 'r-5')
      .withTaskScheduled('charge', 6)
      .withTaskFailed('charge', 'no money')
      .withOperationCompleted('op', 'recorded')
      .withStateSet('k', 1)
      .withStateCleared('k')
      .withTimerStarted('sleep-1')
      .withTimerFired('sleep-1')
      .withPromiseCreated('p')
      .withPromiseResolved('p', 'kept')
      .withPromiseCreated('p')
      .withPromiseRejected('p', 'broken')
      .withPromiseCreated('q')
      .withPromiseTimedOut('q')
      .withChildWorkflowInitiated('inner-1', 'inner')
      .withChildWorkflowCompleted('inner-1', 'child')
      .withChildWorkflowInitiated('inner-2', 'inner')
      .withChildWorkflowFailed('inner-2', 'failed')
      .withSignalReceived('s', 'heard')
      .withTimerStarted('sleep-2')
      .withCancellationRequested('enough')
      .build();
    expect(await replayHistory(everything, history)).toEqual({
      commands: [],
      ending: {
        status: 'COMPLETED',
        output: [
          'r-5',
          'TaskFailed',
          'recorded',
          'kept',
          'PromiseRejected',
          'PromiseTimeout',
          'child',
          'ChildWorkflowFailed',
          'heard',
          'WorkflowCancelled',
        ],
      },
    });
  });

  it('knows what can end', () => {
    expect(() => started().withTaskCompleted('charge')).toThrow('The history has no task "charge" that could end');
    expect(() => started().withPromiseResolved('p')).toThrow('promise "p"');
    expect(() => started().withChildWorkflowCompleted('inner-1')).toThrow('child "inner-1"');
  });
});

describe('replayHistory', () => {
  it('tells what the code wants next', async () => {
    const flow = of(async (ctx) => ctx.schedule(charge, await ctx.promise<number>('amount')));
    const history = started().withPromiseCreated('amount').withPromiseResolved('amount', 7).build();
    const { commands, ending } = await replayHistory(flow, history);
    expect(commands).toMatchObject([{ type: 'SCHEDULE_TASK', kind: 'charge', input: '7' }]);
    expect(ending).toMatchObject({ status: 'WAITING', waitingOn: [{ name: 'charge' }] });
  });

  it('runs no operation', async () => {
    const body = vi.fn<() => number>(() => 1);
    const flow = of((ctx) => ctx.run('op', body));
    expect((await replayHistory(flow, started().build())).ending).toEqual({ status: 'PENDING' });
    expect(body).not.toHaveBeenCalled();
  });

  it('refuses code that does something else', async () => {
    const history = started().withTaskScheduled('refund', 5).build();
    const flow = of(async (ctx) => ctx.schedule(charge, 5));
    await expect(replayHistory(flow, history)).rejects.toThrow(DeterminismViolation);
    await expect(replayHistory(flow, history)).rejects.toThrow(
      "Determinism violation: Task type mismatch at sequence 0: expected 'refund', got 'charge'",
    );
  });

  it('replays what an environment has recorded', async () => {
    const flow = of(async (ctx) => [ctx.random(), await ctx.schedule(charge, 5), ctx.currentTime()]);
    const environment = new TestWorkflowEnvironment().registerTask(charge);
    const output = await environment.executeWorkflow(flow, null);
    const workflowExecutionId = environment.workflowExecutions()[0]?.workflowExecutionId;
    expect((await replayHistory(flow, environment.executionHistory(), { workflowExecutionId })).ending).toEqual({
      status: 'COMPLETED',
      output,
    });
  });
});
