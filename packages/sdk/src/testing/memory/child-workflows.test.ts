import { describe, expect, it } from 'vitest';
import { Duration } from '../../duration.js';
import { ChildWorkflowFailed, WorkflowCancelled, WorkflowFailed } from '../../errors.js';
import { task } from '../../task.js';
import { workflow } from '../../workflow.js';
import { TestWorkflowEnvironment } from './test-workflow-environment.js';

const double = workflow<number, number>({
  name: 'double',
  run: async (ctx, n) => {
    await ctx.sleep(Duration.minutes(n));
    if (n === 13) throw new Error('unlucky');
    return n * 2;
  },
});
const typesOf = (environment: TestWorkflowEnvironment) =>
  environment.executionHistory().map((event) => event.eventType);

describe('child workflows', () => {
  it('run to their end and tell their parent', async () => {
    const parent = workflow<number[], number[]>({
      name: 'parent',
      run: (ctx, numbers) => Promise.all(numbers.map((n) => ctx.scheduleWorkflow(double, n))),
    });
    const environment = new TestWorkflowEnvironment().registerWorkflow(double);
    expect(await environment.executeWorkflow(parent, [3, 1, 2])).toEqual([6, 2, 4]);
    const [root, ...children] = environment.workflowExecutions();
    expect(children).toMatchObject([3, 1, 2].map((input) => ({ kind: 'double', input, status: 'COMPLETED' })));
    expect(children.every(({ parentExecutionId }) => parentExecutionId === root?.workflowExecutionId)).toBe(true);
    const ends = environment.executionHistory().filter(({ eventType }) => eventType === 'CHILD_WORKFLOW_COMPLETED');
    expect(ends.map(({ data }) => data['output'])).toEqual([2, 4, 6]);
    expect(environment.executionHistory(children[0]?.workflowExecutionId)[1]).toMatchObject({
      eventType: 'TIMER_STARTED',
    });
  });

  it('fail their parent, which may catch it', async () => {
    const careful = workflow<number, string>({
      name: 'careful',
      run: async (ctx, n) => {
        try {
          return String(await ctx.scheduleWorkflow(double, n));
        } catch (error) {
          if (!ChildWorkflowFailed.is(error)) throw error;
          return 'caught';
        }
      },
    });
    const careless = workflow<number, number>({
      name: 'careless',
      run: async (ctx, n) => ctx.scheduleWorkflow(double, n),
    });
    const environment = new TestWorkflowEnvironment().registerWorkflow(double);
    expect(await environment.executeWorkflow(careful, 13)).toBe('caught');
    await expect(environment.executeWorkflow(careless, 13)).rejects.toThrow(WorkflowFailed);
  });

  it('hear signals of their parent and are cancelled by it', async () => {
    const echo = workflow<null, string>({
      name: 'echo',
      run: async (ctx) => {
        const word = await ctx.waitForSignal<string>('word');
        if (word === 'stay') await ctx.sleep(Duration.days(300));
        return word;
      },
    });
    const parent = workflow<string, string>({
      name: 'parent',
      run: async (ctx, word) => {
        const child = ctx.scheduleWorkflow(echo, null);
        await child.signal('word', word);
        await ctx.sleep(Duration.minutes(1));
        if (word === 'stay') await child.cancel('go home');
        return child.result().catch((error: unknown) => (WorkflowCancelled.is(error) ? 'cancelled' : 'failed'));
      },
    });
    const environment = new TestWorkflowEnvironment().registerWorkflow(echo);
    expect(await environment.executeWorkflow(parent, 'hi')).toBe('hi');
    expect(await environment.executeWorkflow(parent, 'stay')).toBe('cancelled');
    expect(environment.workflowExecutions().at(-1)).toMatchObject({ status: 'CANCELLED', reason: 'go home' });
    expect(typesOf(environment)).toEqual([
      'WORKFLOW_STARTED',
      'CHILD_WORKFLOW_INITIATED',
      'CHILD_WORKFLOW_SIGNALLED',
      'TIMER_STARTED',
      'WORKFLOW_SUSPENDED',
      'CHILD_WORKFLOW_STARTED',
      'TIMER_FIRED',
      'CHILD_WORKFLOW_CANCELLATION_REQUESTED',
      'WORKFLOW_SUSPENDED',
      'CHILD_WORKFLOW_FAILED',
      'WORKFLOW_COMPLETED',
    ]);
  });

  it('are cancelled with their parent, and so is what they have open', async () => {
    const slow = task<null, null>({ name: 'slow', run: async () => null });
    const inner = workflow<null, unknown>({ name: 'inner', run: async (ctx) => ctx.schedule(slow, null) });
    const outer = workflow<null, unknown>({
      name: 'outer',
      run: (ctx) =>
        Promise.all([ctx.scheduleWorkflow(inner, null), ctx.schedule(slow, null), ctx.sleep(Duration.days(1))]),
    });
    const environment = new TestWorkflowEnvironment().registerWorkflow(inner).setTaskPending(slow);
    const { handle } = await environment.startWorkflow(outer, null);
    await handle.cancel('stop');
    await expect(handle.result()).rejects.toThrow('stop');
    expect(environment.workflowExecutions().map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
    expect(environment.taskExecutions().map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
    expect(environment.time.pendingTimerIds()).toEqual([]);
  });

  it('that never began end at once when they are cancelled', async () => {
    const unknown = workflow<null, null>({ name: 'unknown', run: async () => null });
    const parent = workflow<null, string>({
      name: 'parent',
      run: async (ctx) => {
        const child = ctx.scheduleWorkflow(unknown, null);
        await ctx.sleep(Duration.seconds(1));
        await child.cancel();
        return child.result().then(String, () => 'cancelled');
      },
    });
    expect(await new TestWorkflowEnvironment().executeWorkflow(parent, null)).toBe('cancelled');
  });

  it('may not be endlessly deep', async () => {
    const deep = workflow<null, unknown>({
      name: 'deep',
      run: async (ctx): Promise<unknown> => ctx.scheduleWorkflow(deep, null),
    });
    await expect(new TestWorkflowEnvironment().executeWorkflow(deep, null)).rejects.toThrow('32 deep');
  });
});
