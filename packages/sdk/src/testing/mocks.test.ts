import { describe, expect, it } from 'vitest';
import { task } from '../task.js';
import { workflow } from '../workflow.js';
import { Duration, MockTaskContext, MockWorkflowContext, TESTING_VERSION } from './index.js';

const echo = task({ name: 'echo', run: async (_ctx, input: string) => input });
const child = workflow({ name: 'child', run: async (_ctx, input: number) => input });

describe('a mocked task context', () => {
  it('records everything a task says', async () => {
    const ctx = new MockTaskContext();
    const work = task({
      name: 'work',
      run: async (context) => {
        context.reportProgress(0.5, 'half');
        context.heartbeat();
        context.stream({ type: 'progress', progress: 0.7, details: 'more' });
        context.streamToken('Hel');
        context.streamToken('lo');
        context.streamData({ a: 1 });
        context.streamError('oops', 'E');
        context.log.warn('careful', 1);
        return context.attempt;
      },
    });
    ctx.setAttempt(3);
    expect(await work.run(ctx, null)).toBe(3);
    expect(ctx.progressUpdates).toEqual([0.5]);
    expect([ctx.progress, ctx.lastProgress(), ctx.heartbeatCount]).toEqual([0.5, 0.5, 1]);
    expect([ctx.joinedTokens(), ctx.streamedTokens, ctx.tokenEvents()]).toEqual([
      'Hello',
      ['Hel', 'lo'],
      ['Hel', 'lo'],
    ]);
    expect([ctx.streamedProgress, ctx.streamedData, ctx.streamedErrors]).toEqual([[0.7], [{ a: 1 }], ['oops']]);
    expect(ctx.progressStreamEvents()).toEqual([{ progress: 0.7, details: 'more' }]);
    expect(ctx.lastStreamEvent()).toMatchObject({
      type: 'error',
      value: 'oops',
      event: { type: 'error', message: 'oops', code: 'E' },
    });
    expect(ctx.logMessages).toEqual([{ level: 'warn', message: 'careful', args: [1] }]);
    expect([ctx.wasLogged('care'), ctx.wasLogged('less')]).toEqual([true, false]);
    ctx.clearRecordings();
    expect([ctx.streamEvents, ctx.progressUpdates, ctx.logMessages]).toEqual([[], [], []]);
  });

  it('is as strict as the real one', () => {
    const ctx = new MockTaskContext('t', 'k');
    expect(() => ctx.reportProgress(1.1)).toThrow('Progress must be between 0 and 1');
    expect(() => ctx.reportProgress(Number.NaN)).toThrow('Progress must be between 0 and 1');
    ctx.checkCancellation();
    ctx.markCancelled();
    expect(ctx.isCancelled).toBe(true);
    expect(() => ctx.checkCancellation()).toThrow('Task cancelled');
  });
});

describe('a mocked workflow context', () => {
  it('answers what was mocked, in order, and records what was asked', async () => {
    const ctx = new MockWorkflowContext({ currentTime: new Date(1_000) });
    ctx.mockTaskResult(echo, 'one');
    ctx.mockTaskFailure(echo, 'two');
    ctx.mockTaskResultByName('other', 3);
    ctx.mockChildWorkflowResult(child, 4);
    ctx.mockPromiseResolution('yes', 5);
    ctx.mockPromiseRejection('no', 'refused');
    ctx.mockOperationResult('op', 6);
    ctx.mockSignal('s', 7);
    const handles = [ctx.schedule(echo, 'a'), ctx.schedule(echo, 'b')];
    expect(new Set(handles.map(({ taskExecutionId }) => taskExecutionId)).size).toBe(2);
    expect(handles[0]?.taskExecutionId).toMatch(/^mock-task-/);
    expect((await Promise.allSettled(handles)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const started = ctx.scheduleWorkflow(child, 1);
    expect([await ctx.scheduleByName('other', 0), await started, await ctx.promise('yes')]).toEqual([3, 4, 5]);
    expect(started.workflowId).toMatch(/^mock-workflow-/);
    await expect(ctx.promise('no')).rejects.toThrow('refused');
    expect(await ctx.run('op', () => 0)).toBe(6);
    expect(await ctx.run('real', () => 8)).toBe(8);
    expect([ctx.hasSignal('s'), await ctx.waitForSignal('s'), ctx.pendingSignalCount('s')]).toEqual([true, 7, 0]);
    await ctx.sleep(Duration.seconds(2));
    await ctx.timer(Duration.seconds(1));
    expect(ctx.currentTimeMillis()).toBe(4_000);
    expect(ctx.executedTasks.map(({ taskName, input }) => [taskName, input])).toEqual([
      ['echo', 'a'],
      ['echo', 'b'],
      ['other', 0],
    ]);
    expect(ctx.startedTimers.map(({ firedAt }) => firedAt.getTime())).toEqual([3_000, 4_000]);
    expect(ctx.createdPromises).toMatchObject([
      { name: 'yes', resolved: true, value: 5 },
      { name: 'no', resolved: false, error: 'refused' },
    ]);
    expect(ctx.startedChildWorkflows).toMatchObject([{ workflowName: 'child', input: 1, result: 4 }]);
    expect(ctx.executedOperations).toEqual([
      { name: 'op', result: 6 },
      { name: 'real', result: 8 },
    ]);
  });

  it('names the mock that is missing', async () => {
    const ctx = new MockWorkflowContext();
    expect(() => ctx.schedule(echo, '')).toThrow('No mocked result for task "echo"');
    expect(() => ctx.scheduleWorkflow(child, 1)).toThrow('No mocked result for child workflow "child"');
    await expect(ctx.scheduleByName('x', 0)).rejects.toThrow('No mocked result for task "x"');
    await expect(ctx.promise('p')).rejects.toThrow('No mocked resolution for promise "p"');
    await expect(ctx.waitForSignal('s')).rejects.toThrow('No signals in queue for "s"');
  });

  it('keeps state by copy, and draws the same numbers from the same seed', () => {
    const ctx = new MockWorkflowContext({ randomSeed: 1 });
    const list = [1];
    ctx.set('list', list);
    list.push(2);
    expect([ctx.get('list'), ctx.get('absent'), ctx.stateKeys(), ctx.stateSnapshot()]).toEqual([
      [1],
      null,
      ['list'],
      { list: [1] },
    ]);
    ctx.clear('list');
    ctx.clearAll();
    expect(ctx.stateKeys()).toEqual([]);
    const again = new MockWorkflowContext({ randomSeed: 1 });
    expect([ctx.random(), ctx.randomUUID()]).toEqual([again.random(), again.randomUUID()]);
    expect(ctx.randomUUID()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('shows cancellation', () => {
    const ctx = new MockWorkflowContext();
    ctx.checkCancellation();
    ctx.requestCancellation('enough');
    expect(ctx.isCancellationRequested).toBe(true);
    expect(() => ctx.checkCancellation()).toThrow('Workflow was cancelled');
  });

  it('has a version', () => expect(TESTING_VERSION).toMatch(/^\d+\.\d+\.\d+$/));
});
