import { describe, expect, it } from 'vitest';
import { joinN, select, withTimeout } from '../combinators.js';
import { OperationTimeout, TaskCancelled, WorkflowCancelled } from '../errors.js';
import { task } from '../task.js';
import { workflow } from '../workflow.js';
import { Duration, MockWorkflowContext } from './index.js';

const fetchPrice = task({ name: 'fetch-price', run: async (_ctx, shop: string) => shop.length });
const delivery = workflow({ name: 'delivery', run: async (_ctx, parcel: string) => parcel });
const begin = new Date(0);

const caught = (promise: PromiseLike<unknown>) =>
  Promise.resolve(promise).then(
    () => 'no error',
    (error: unknown) => error as Error,
  );

describe('a mocked handle', () => {
  it('of a task is cancelled once, and ends as it was to', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockTaskResult(fetchPrice, 3);
    const handle = ctx.schedule(fetchPrice, 'one');
    handle.cancel('too dear');
    handle.cancel('again');
    expect([await handle, handle.isCancelled]).toEqual([3, false]);
    expect(ctx.cancelledTasks).toEqual([{ id: handle.taskExecutionId, name: 'fetch-price', reason: 'too dear' }]);
  });

  it('of an open task ends by being cancelled', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockTaskOpen(fetchPrice);
    const handle = ctx.schedule(fetchPrice, 'one');
    expect(handle.isCancelled).toBe(false);
    handle.cancel();
    expect(TaskCancelled.is(await caught(handle))).toBe(true);
    expect(handle.isCancelled).toBe(true);
  });

  it('is not cancelled when the workflow has seen its end', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockTaskResult(fetchPrice, 3);
    ctx.mockChildWorkflowResult(delivery, 'there');
    const [price, child, timer] = [
      ctx.schedule(fetchPrice, 'one'),
      ctx.scheduleWorkflow(delivery, 'p'),
      ctx.timer(Duration.seconds(1)),
    ];
    await Promise.all([price, child, timer]);
    price.cancel();
    timer.cancel();
    await child.cancel();
    await expect(child.signal('late')).rejects.toThrow('it has ended and takes no more signals');
    expect([ctx.cancelledTasks, ctx.cancelledChildWorkflows, ctx.cancelledTimers, ctx.sentSignals]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('of a child keeps its signals, and an open one ends by being cancelled', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockChildWorkflowOpen(delivery);
    const child = ctx.scheduleWorkflow(delivery, 'p');
    await child.signal('address', { street: 'Main' });
    await child.signal('hurry');
    await child.cancel('nobody home');
    await child.cancel();
    expect(await caught(child)).toMatchObject({ name: 'WorkflowCancelled', reason: 'nobody home' });
    const of = { workflowId: child.workflowId, workflowName: 'delivery' };
    expect(ctx.sentSignals).toEqual([
      { ...of, signalName: 'address', payload: { street: 'Main' } },
      { ...of, signalName: 'hurry', payload: undefined },
    ]);
    expect(ctx.cancelledChildWorkflows).toEqual([{ id: child.workflowId, name: 'delivery', reason: 'nobody home' }]);
  });

  it('of a timer rejects at once when it is cancelled, and time stands still', async () => {
    const ctx = new MockWorkflowContext({ currentTime: begin });
    const timer = ctx.timer(Duration.hours(1), { id: 'lunch' });
    timer.cancel();
    expect(await caught(timer)).toMatchObject({ name: 'WorkflowCancelled', message: 'Timer was cancelled' });
    expect([ctx.cancelledTimers, ctx.startedTimers, ctx.currentTimeMillis()]).toEqual([['lunch'], [], 0]);
  });
});

describe('mocked timers', () => {
  it('fire one by one, the earliest first, whichever is awaited first', async () => {
    const ctx = new MockWorkflowContext({ currentTime: begin });
    const fired: string[] = [];
    const late = Promise.resolve(ctx.timer(Duration.seconds(3))).then(() =>
      fired.push(`late ${ctx.currentTimeMillis()}`),
    );
    const soon = Promise.resolve(ctx.timer(Duration.seconds(1))).then(() =>
      fired.push(`soon ${ctx.currentTimeMillis()}`),
    );
    await Promise.all([late, soon]);
    expect(fired).toEqual(['soon 1000', 'late 3000']);
  });

  it('that are over already do not turn time back', async () => {
    const ctx = new MockWorkflowContext({ currentTime: begin });
    const timer = ctx.timer(Duration.seconds(1));
    await ctx.sleep(Duration.seconds(5));
    await timer;
    expect(ctx.currentTimeMillis()).toBe(5_000);
  });
});

describe('combinators on a mocked context', () => {
  it('select gives the one that ends, and cancels the one that does not', async () => {
    const ctx = new MockWorkflowContext({ currentTime: begin });
    ctx.mockTaskOpen(fetchPrice);
    ctx.mockTaskResult(fetchPrice, 5);
    const handles = [ctx.schedule(fetchPrice, 'slow'), ctx.schedule(fetchPrice, 'quick'), ctx.timer(Duration.days(1))];
    expect(await select(handles)).toEqual({ index: 1, value: 5 });
    expect(ctx.cancelledTasks).toMatchObject([{ id: 'mock-task-1' }]);
    expect([ctx.cancelledTimers, ctx.currentTimeMillis()]).toEqual([['sleep-1'], 0]);
  });

  it('joinN gives them in the order in which they end', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockTaskResult(fetchPrice, 1);
    ctx.mockTaskOpen('fetch-price');
    ctx.mockTaskResult(fetchPrice, 3);
    const handles = ['a', 'b', 'c'].map((shop) => ctx.schedule(fetchPrice, shop));
    await handles[2];
    expect(await joinN(handles, 2)).toEqual([
      { index: 2, value: 3 },
      { index: 0, value: 1 },
    ]);
    expect(ctx.cancelledTasks).toMatchObject([{ id: 'mock-task-2' }]);
  });

  it('withTimeout gives what is there, and leaves time alone', async () => {
    const ctx = new MockWorkflowContext({ currentTime: begin });
    ctx.mockPromiseResolution('approval', 'yes');
    ctx.mockSignal('go', 1);
    ctx.mockTaskResultByName('other', 2);
    const limit = Duration.days(1);
    expect(await withTimeout(ctx.promise('approval'), limit)).toBe('yes');
    expect(await withTimeout(ctx.waitForSignal('go'), limit)).toBe(1);
    expect(await withTimeout(ctx.scheduleByName('other', null), limit)).toBe(2);
    expect([ctx.currentTimeMillis(), ctx.cancelledTimers]).toEqual([0, ['sleep-1', 'sleep-2', 'sleep-3']]);
  });

  it('withTimeout runs into its limit where nothing ends', async () => {
    const ctx = new MockWorkflowContext({ currentTime: begin });
    ctx.mockPromiseOpen('approval');
    ctx.mockSignalOpen('go');
    ctx.mockTaskOpen(fetchPrice);
    const limit = Duration.hours(1);
    for (const open of [ctx.promise('approval'), ctx.waitForSignal('go'), ctx.schedule(fetchPrice, 'a')]) {
      expect(OperationTimeout.is(await caught(withTimeout(open, limit)))).toBe(true);
    }
    expect(ctx.currentTimeMillis()).toBe(Duration.hours(3).toMilliseconds());
    expect(ctx.cancelledTasks).toMatchObject([{ reason: 'Operation timed out after 3600000ms' }]);
    expect(ctx.createdPromises).toEqual([{ name: 'approval', options: undefined, resolved: false }]);
  });
});

describe('cancelling a mocked workflow', () => {
  it('ends what it has open', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockTaskOpen(fetchPrice);
    ctx.mockChildWorkflowOpen(delivery);
    ctx.mockPromiseOpen('p');
    ctx.mockSignalOpen('s');
    const open = [
      ctx.schedule(fetchPrice, 'a'),
      ctx.scheduleWorkflow(delivery, 'b'),
      ctx.promise('p'),
      ctx.waitForSignal('s'),
    ];
    ctx.requestCancellation('enough');
    const errors = await Promise.all(open.map(caught));
    expect(errors.map((error) => (error as Error).name)).toEqual([
      'TaskCancelled',
      ...Array.from({ length: 3 }, () => 'WorkflowCancelled'),
    ]);
    expect(errors.slice(1).every((error) => WorkflowCancelled.is(error) && error.reason === 'enough')).toBe(true);
  });
});
