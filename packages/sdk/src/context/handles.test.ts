import { describe, expect, it } from 'vitest';
import { expectReplays } from '../../test/expect-replays.js';
import { RecordedExecution } from '../../test/recorded-execution.js';
import { Duration } from '../duration.js';
import { FlovynError, TaskCancelled, type WorkflowCancelled } from '../errors.js';
import { task } from '../task.js';
import type { TaskHandle, WorkflowContext, WorkflowDefinition, WorkflowHandle } from '../types.js';
import { workflow } from '../workflow.js';

const step = task<unknown, string>({ name: 'step', run: async () => '' });
const childFlow = workflow<unknown, string>({ name: 'child', run: async () => '' });

function flow(run: (ctx: WorkflowContext) => Promise<unknown>): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run });
}

const nameOf = (error: unknown) => (error as Error).name;
const typesOf = (execution: RecordedExecution) => execution.facts.map(({ type }) => type);
const commandsOf = (execution: RecordedExecution) =>
  execution.turns.flatMap(({ commands }) => commands).map(({ type }) => type);

/** Plays, lets go of the instance, and plays on: what comes is decided by a replay. */
async function playAnew(execution: RecordedExecution): Promise<void> {
  execution.forget();
  await execution.play();
}

describe.each(['the same instance', 'a new instance each time'])('a cancelled task, seen by %s', (who) => {
  const play = who === 'the same instance' ? (e: RecordedExecution) => e.play() : playAnew;

  it('is asked once, and rejects its waiters with its end', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const handle = ctx.schedule(step, 1);
        await ctx.timer(Duration.seconds(1));
        handle.cancel('enough');
        handle.cancel('enough again');
        const before = handle.isCancelled;
        const error = await handle.result().catch((thrown: unknown) => thrown as Error);
        handle.cancel();
        return [before, nameOf(error), (error as Error).message, handle.isCancelled];
      }),
    );
    await play(execution);
    execution.fireTimer('sleep-1');
    await play(execution);
    expect(execution.outcome).toMatchObject({ waitingOn: [{ type: 'SUSPEND_TYPE_TASK' }] });
    await play(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[false,"TaskCancelled","enough",true]' });
    expect(commandsOf(execution)).toEqual(['SCHEDULE_TASK', 'START_TIMER', 'REQUEST_CANCEL_TASK']);
    await expectReplays(execution);
  });

  it('may finish all the same', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const handle = ctx.schedule(step, 1);
        await ctx.timer(Duration.seconds(1));
        handle.cancel();
        return [await handle, handle.isCancelled];
      }),
    );
    await play(execution);
    execution.fireTimer('sleep-1');
    // The task is faster than the request.
    await execution.play(() => execution.completeTask(execution.openTasks[0]?.id ?? '', 'done'));
    expect(typesOf(execution)).not.toContain('TASK_CANCELLED');
    await play(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '["done",false]' });
    await expectReplays(execution);
  });

  it('is left alone when it has ended, whether or not the code has seen that', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [early, late] = [ctx.schedule(step, 'early'), ctx.schedule(step, 'late')];
        await early;
        early.cancel();
        // Its end is in the same batch, behind the one that brought us here.
        late.cancel();
        return late;
      }),
    );
    await play(execution);
    for (const { id } of execution.openTasks) execution.completeTask(id, 'done');
    await play(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"done"' });
    expect(commandsOf(execution)).toEqual(['SCHEDULE_TASK', 'SCHEDULE_TASK']);
    await expectReplays(execution);
  });
});

describe('F.6 a child', () => {
  const signalsOf = (execution: RecordedExecution) =>
    execution.turns.flatMap(({ commands }) => commands).filter(({ type }) => type === 'SIGNAL_CHILD_WORKFLOW');

  it('is signalled by recorded commands: a replay sends none again', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const child = ctx.scheduleWorkflow(childFlow, null, { name: 'the one' });
        await child.signal('greeting', { from: 'above', at: new Date(0) });
        await ctx.sleep(Duration.seconds(1));
        await child.signal('greeting');
        return child;
      }),
    );
    await execution.play();
    execution.fireTimer('sleep-1');
    await playAnew(execution);
    execution.completeChild(execution.openChildren[0]?.id ?? '', 'heard');
    await playAnew(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"heard"' });
    expect(signalsOf(execution)).toMatchObject([
      {
        signalName: 'greeting',
        signalValue: '{"from":"above","at":{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}}',
      },
      { signalName: 'greeting', signalValue: 'null' },
    ]);
    await expectReplays(execution);
  });

  it('that has ended before a signal came is not signalled again, and others get theirs', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [first, second] = [ctx.scheduleWorkflow(childFlow, 1), ctx.scheduleWorkflow(childFlow, 2)];
        await ctx.sleep(Duration.seconds(1));
        await first.signal('one');
        await ctx.sleep(Duration.seconds(1));
        await second.signal('two');
        return Promise.all([first, second]);
      }),
    );
    await execution.play();
    const [first, second] = execution.openChildren.map(({ id }) => id);
    execution.fireTimer('sleep-1');
    await execution.play(() => execution.completeChild(first ?? '', 1));
    expect(execution.facts.map(({ data }) => data)).toContainEqual(expect.stringContaining('"missed":true'));
    execution.fireTimer('sleep-2');
    await playAnew(execution);
    execution.completeChild(second ?? '', 2);
    await playAnew(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[1,2]' });
    expect(signalsOf(execution)).toMatchObject([
      { childWorkflowExecutionId: first, signalName: 'one' },
      { childWorkflowExecutionId: second, signalName: 'two' },
    ]);
    await expectReplays(execution);
  });

  it('that the code knows to have ended takes no signal and needs no cancelling', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const child = ctx.scheduleWorkflow(childFlow, 1);
        await child;
        await child.cancel();
        return child.signal('late').catch((error: unknown) => [FlovynError.is(error), (error as Error).message]);
      }),
    );
    await execution.play();
    const [{ id } = { id: '' }] = execution.openChildren;
    execution.completeChild(id, 1);
    await execution.play();
    expect(execution.outcome).toEqual({
      type: 'COMPLETED',
      output: JSON.stringify([true, `Signal "late" to child ${id}: it has ended and takes no more signals`]),
    });
    expect(commandsOf(execution)).toEqual(['SCHEDULE_CHILD_WORKFLOW']);
    await expectReplays(execution);
  });

  it.each(['first', 'second'])('is cancelled by one recorded request: the %s of two', async (which) => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const children = { first: ctx.scheduleWorkflow(childFlow, 1), second: ctx.scheduleWorkflow(childFlow, 2) };
        const unwanted = which === 'first' ? children.first : children.second;
        await ctx.sleep(Duration.seconds(1));
        await unwanted.cancel('enough');
        await unwanted.cancel('enough again');
        return unwanted.result().catch((error: unknown) => [nameOf(error), (error as WorkflowCancelled).reason]);
      }),
    );
    await execution.play();
    const id = execution.openChildren[which === 'first' ? 0 : 1]?.id ?? '';
    execution.fireTimer('sleep-1');
    await playAnew(execution);
    execution.failChild(id, 'Child workflow cancelled: enough', true);
    await playAnew(execution);
    expect(execution.outcome).toEqual({
      type: 'COMPLETED',
      output: '["WorkflowCancelled","Child workflow cancelled: enough"]',
    });
    expect(commandsOf(execution).filter((type) => type === 'REQUEST_CANCEL_CHILD_WORKFLOW')).toHaveLength(1);
    await expectReplays(execution);
  });

  it('that ends before the request came gives its result', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const child = ctx.scheduleWorkflow(childFlow, 1);
        await ctx.sleep(Duration.seconds(1));
        await child.cancel();
        await ctx.sleep(Duration.seconds(1));
        return child;
      }),
    );
    await execution.play();
    execution.fireTimer('sleep-1');
    await execution.play(() => execution.completeChild(execution.openChildren[0]?.id ?? '', 'in time'));
    expect(typesOf(execution)).toContain('CHILD_WORKFLOW_CANCELLATION_FAILED');
    execution.fireTimer('sleep-2');
    await playAnew(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"in time"' });
    await expectReplays(execution);
  });

  it('is not queried from a workflow', async () => {
    const execution = new RecordedExecution(flow(async (ctx) => ctx.scheduleWorkflow(childFlow, 1).query('how far?')));
    await execution.play();
    expect(execution.outcome).toMatchObject({ type: 'FAILED', error: expect.stringContaining('Query from a task') });
  });
});

describe('a timer', () => {
  it('that is cancelled rejects its waiters at once, and whatever becomes of it in the history', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [short, long] = [ctx.timer(Duration.seconds(1)), ctx.timer(Duration.seconds(2), { id: 'long' })];
        await short;
        short.cancel();
        long.cancel();
        long.cancel();
        const first = await Promise.resolve(long).catch((error: unknown) => [nameOf(error), (error as Error).message]);
        return [first, await ctx.schedule(step, 1)];
      }),
    );
    await execution.play();
    execution.fireTimer('sleep-1');
    // It fires before the request comes.
    await execution.play(() => execution.fireTimer('long'));
    expect(commandsOf(execution)).toEqual(['START_TIMER', 'START_TIMER', 'CANCEL_TIMER', 'SCHEDULE_TASK']);
    execution.completeTask(execution.openTasks[0]?.id ?? '', 'on');
    await playAnew(execution);
    expect(execution.outcome).toEqual({
      type: 'COMPLETED',
      output: '[["WorkflowCancelled","Timer was cancelled"],"on"]',
    });
    await expectReplays(execution);
  });
});

describe('a handle', () => {
  it('commands from the workflow only: not from a query, and not from a callback of its own', async () => {
    const held: { task?: TaskHandle<string>; child?: WorkflowHandle<string> } = {};
    const definition = workflow<unknown, unknown>({
      name: 'flow',
      run: async (ctx) => {
        held.task = ctx.schedule(step, 1);
        held.child = ctx.scheduleWorkflow(childFlow, 1);
        return Promise.all([held.task, held.child]);
      },
    });
    const execution = new RecordedExecution(definition);
    await execution.play();
    expect(() => held.task?.cancel()).toThrow('task.cancel(): The workflow is not running');
    await expect(held.child?.cancel()).rejects.toThrow('child.cancel(): The workflow is not running');
    await expect(held.child?.signal('s')).rejects.toThrow("child.signal('s'): The workflow is not running");
    expect((await execution.play()).commands).toEqual([]);
  });

  it('of something that fails unseen raises nothing', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const task = ctx.schedule(step, 1);
        await ctx.timer(Duration.seconds(1));
        task.cancel();
        await ctx.timer(Duration.seconds(1));
        return TaskCancelled.is(await task.result().catch((error: unknown) => error));
      }),
    );
    await execution.play();
    execution.fireTimer('sleep-1');
    await execution.play();
    await execution.play();
    execution.fireTimer('sleep-2');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: 'true' });
    await expectReplays(execution);
  });
});
