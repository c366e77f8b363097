import { describe, expect, it, vi } from 'vitest';
import { Duration } from '../../duration.js';
import { TaskCancelled, TaskFailed, WorkflowCancelled, WorkflowFailed } from '../../errors.js';
import { task } from '../../task.js';
import { workflow } from '../../workflow.js';
import { TestWorkflowEnvironment } from './test-workflow-environment.js';

const charge = task<{ amount: number }, { receipt: string }>({
  name: 'charge',
  run: async (_, { amount }) => ({ receipt: `r-${amount}` }),
});
const order = workflow<{ amount: number }, string>({
  name: 'order',
  run: async (ctx, input) => (await ctx.schedule(charge, input)).receipt,
});

const typesOf = (environment: TestWorkflowEnvironment) =>
  environment.executionHistory().map((event) => event.eventType);

describe('executeWorkflow', () => {
  it('runs a workflow and its tasks to the end', async () => {
    const environment = new TestWorkflowEnvironment({ initialTime: new Date(0) }).registerTask(charge);
    expect(await environment.executeWorkflow(order, { amount: 5 })).toBe('r-5');
    expect(typesOf(environment)).toEqual([
      'WORKFLOW_STARTED',
      'TASK_SCHEDULED',
      'WORKFLOW_SUSPENDED',
      'TASK_COMPLETED',
      'WORKFLOW_COMPLETED',
    ]);
    expect(environment.executionHistory()[3]).toMatchObject({
      sequence: 4,
      timestamp: new Date(0),
      data: { kind: 'charge', output: { receipt: 'r-5' } },
    });
    expect(environment.workflowExecutions()).toMatchObject([
      { kind: 'order', input: { amount: 5 }, status: 'COMPLETED', output: 'r-5', parentExecutionId: undefined },
    ]);
    expect(environment.taskExecutions()).toMatchObject([
      { kind: 'charge', attempts: 1, status: 'COMPLETED', output: { receipt: 'r-5' } },
    ]);
  });

  it('knows a workflow by its name', async () => {
    const environment = new TestWorkflowEnvironment().registerWorkflow(order).registerTask(charge);
    expect(await environment.executeWorkflow('order', { amount: 1 })).toBe('r-1');
    await expect(environment.executeWorkflow('other', null)).rejects.toThrow('Unknown workflow: other');
  });

  it('takes no name that a server would refuse', async () => {
    const environment = new TestWorkflowEnvironment();
    expect(() => environment.registerTask(task({ name: 'two words', run: async () => null }))).toThrow('"two words"');
    const misnamed = workflow({ name: 'two words', run: async () => null });
    await expect(environment.executeWorkflow(misnamed, null)).rejects.toThrow('"two words"');
  });

  it('takes a given result instead of the code of a task', async () => {
    const run = vi.fn<typeof charge.run>(charge.run);
    const environment = new TestWorkflowEnvironment().registerTask(task({ name: 'charge', run }));
    environment.setTaskResult(charge, { receipt: 'given' });
    expect(await environment.executeWorkflow(order, { amount: 5 })).toBe('given');
    expect(run).not.toHaveBeenCalled();
  });

  it('keeps values that JSON has no word for', async () => {
    const day = workflow<Date, Date>({ name: 'day', run: async (ctx, at) => ctx.run('same', () => at) });
    const at = new Date(86_400_000);
    expect(await new TestWorkflowEnvironment().executeWorkflow(day, at)).toEqual(at);
  });

  it('rejects with what the workflow failed with', async () => {
    const environment = new TestWorkflowEnvironment().setTaskFailure('charge', 'no money');
    await expect(environment.executeWorkflow(order, { amount: 5 })).rejects.toThrow(WorkflowFailed);
    await expect(environment.executeWorkflow(order, { amount: 5 })).rejects.toThrow('no money');
    expect(environment.taskExecutions()).toMatchObject([
      { attempts: 1, status: 'FAILED' },
      { attempts: 1, status: 'FAILED' },
    ]);
  });

  it('keeps and breaks promises', async () => {
    const approval = workflow<null, string>({
      name: 'approval',
      run: async (ctx) => {
        const first = await ctx.promise<string>('first');
        return ctx.promise<string>('second').catch((error: Error) => `${first}, ${error.message}`);
      },
    });
    const environment = new TestWorkflowEnvironment().setPromiseResult('first', 'yes');
    environment.setPromiseRejection('second', 'gone');
    expect(await environment.executeWorkflow(approval, null)).toMatch(/^yes, Promise .* rejected: gone$/);
  });

  it('gives the same ids and chances in every environment', async () => {
    const dice = workflow<null, unknown>({ name: 'dice', run: async (ctx) => [ctx.random(), ctx.randomUUID()] });
    const [one, other] = [new TestWorkflowEnvironment(), new TestWorkflowEnvironment()];
    expect(await one.executeWorkflow(dice, null)).toEqual(await other.executeWorkflow(dice, null));
    const [first, second] = [other.workflowExecutions()[0], await other.executeWorkflow(dice, null)];
    expect(first).not.toMatchObject({ output: second });
  });

  it('forgets what has ended', async () => {
    const environment = new TestWorkflowEnvironment().registerTask(charge);
    await environment.executeWorkflow(order, { amount: 5 });
    environment.clearHistory();
    expect(environment.executionHistory()).toEqual([]);
    expect(environment.workflowExecutions()).toEqual([]);
    expect(environment.taskExecutions()).toEqual([]);
    const { handle } = await environment.startWorkflow(order, { amount: 5 });
    environment.clearHistory();
    await expect(handle.result()).rejects.toThrow('There is no execution');
  });
});

describe('a started workflow', () => {
  const chat = workflow<null, string[]>({
    name: 'chat',
    run: async (ctx) => {
      const said: string[] = [];
      for (;;) {
        const word = await ctx.waitForSignal<string>('say');
        if (word === 'bye') return said;
        said.push(word);
        ctx.set('said', said);
      }
    },
    handlers: { queries: { count: (ctx) => (ctx.get<string[]>('said') ?? []).length } },
  });

  it('hears signals and answers questions', async () => {
    const environment = new TestWorkflowEnvironment();
    const { handle } = await environment.startWorkflow(chat, null);
    expect(await environment.signalWorkflow(handle, 'say', 'hello')).toBe(3);
    await handle.signal('say', 'there');
    expect(await handle.query('count')).toBe(2);
    expect(await handle.query('said')).toEqual(['hello', 'there']);
    await handle.signal('say', 'bye');
    expect(await handle).toEqual(['hello', 'there']);
    expect(await handle.result()).toEqual(['hello', 'there']);
    await expect(handle.signal('say', 'more')).rejects.toThrow('takes no more signals');
  });

  it('has its promises settled by name, oldest first', async () => {
    const two = workflow<null, unknown>({
      name: 'two',
      run: (ctx) => Promise.allSettled([ctx.promise('p'), ctx.promise('p')]),
    });
    const environment = new TestWorkflowEnvironment();
    const { handle } = await environment.startWorkflow(two, null);
    await environment.resolvePromise(handle, 'p', 1);
    await environment.rejectPromise(handle, 'p', 'no');
    await expect(environment.resolvePromise(handle, 'p', 2)).rejects.toThrow('has no open promise "p"');
    expect(await handle.result()).toMatchObject([{ value: 1 }, { status: 'rejected' }]);
  });

  it('is cancelled, and may tidy up', async () => {
    const tidy = task<null, string>({ name: 'tidy', run: async () => 'tidied' });
    const patient = workflow<null, string>({
      name: 'patient',
      run: async (ctx) => {
        try {
          await ctx.sleep(Duration.days(365));
          return 'slept';
        } finally {
          await ctx.schedule(tidy, null);
        }
      },
    });
    const environment = new TestWorkflowEnvironment().registerTask(tidy);
    const { handle } = await environment.startWorkflow(patient, null);
    await handle.cancel('enough');
    await handle.cancel('again');
    await expect(handle.result()).rejects.toThrow(WorkflowCancelled);
    expect(environment.workflowExecutions()).toMatchObject([{ status: 'CANCELLED', reason: 'enough' }]);
    expect(environment.taskExecutions()).toMatchObject([{ kind: 'tidy', status: 'COMPLETED' }]);
    expect(environment.time.currentTimeMillis()).toBeLessThan(Date.now() + 60_000);
  });

  it('asks for its own end', async () => {
    const quitter = workflow<null, void>({
      name: 'quitter',
      run: async (ctx) => {
        ctx.requestCancellation('had enough');
        await ctx.sleep(Duration.hours(1));
      },
    });
    await expect(new TestWorkflowEnvironment().executeWorkflow(quitter, null)).rejects.toThrow('had enough');
  });
});

describe('executeTask', () => {
  it('runs a task with its retries and hooks', async () => {
    const seen: unknown[] = [];
    const flaky = task<number, string>({
      name: 'flaky',
      retry: { maxRetries: 2, initialDelay: Duration.minutes(1) },
      run: async (ctx, input) => {
        seen.push(ctx.attempt);
        if (ctx.attempt < 3) throw new Error('not yet');
        return `done ${input}`;
      },
      hooks: { onFailure: (_, __, error) => void seen.push(error.message) },
    });
    const environment = new TestWorkflowEnvironment({ initialTime: new Date(0) });
    expect(await environment.executeTask(flaky, 7)).toBe('done 7');
    expect(seen).toEqual([1, 'not yet', 2, 'not yet', 3]);
    expect(environment.time.currentTimeMillis()).toBe(3 * 60_000);
    expect(environment.taskExecutions()).toMatchObject([{ attempts: 3, status: 'COMPLETED', output: 'done 7' }]);
  });

  it('fails after the last attempt, or at once when nothing else would help', async () => {
    const environment = new TestWorkflowEnvironment();
    const broken = task({ name: 'broken', run: async () => Promise.reject(new Error('broken')) });
    await expect(environment.executeTask(broken, null)).rejects.toThrow('broken');
    const hopeless = task({
      name: 'hopeless',
      run: async (ctx) => Promise.reject(new TaskFailed('hopeless', ctx.taskExecutionId, false)),
    });
    await expect(environment.executeTask(hopeless, null)).rejects.toMatchObject({ retryable: false });
    const cancelled = task({ name: 'cancelled', run: async (ctx) => Promise.reject(ctx.cancellationError()) });
    await expect(environment.executeTask(cancelled, null)).rejects.toThrow(TaskCancelled);
    expect(environment.taskExecutions().map(({ attempts }) => attempts)).toEqual([4, 1, 1]);
  });

  it('knows a task by its name', async () => {
    const environment = new TestWorkflowEnvironment().registerTask(charge);
    expect(await environment.executeTask('charge', { amount: 2 })).toEqual({ receipt: 'r-2' });
    await expect(environment.executeTask('other', null)).rejects.toThrow('task "other"');
  });
});
