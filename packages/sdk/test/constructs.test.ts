import { describe, expect, it } from 'vitest';
import {
  Duration,
  TaskFailed,
  type WorkflowContext,
  type WorkflowDefinition,
  serialize,
  task,
  workflow,
} from '../src/index.js';
import { expectReplays } from './expect-replays.js';
import { RecordedExecution } from './recorded-execution.js';

const step = task<unknown, unknown>({ name: 'step', run: async () => null });
const child = workflow<unknown, unknown>({ name: 'child', run: async () => null });

function flow(run: (ctx: WorkflowContext) => Promise<unknown>): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run });
}

/** Something to wait for: how it is asked for, how it ends well, and with what. */
interface Operation {
  start(ctx: WorkflowContext): PromiseLike<unknown>;
  end(execution: RecordedExecution): void;
  readonly value: unknown;
}

const dataOf = (execution: RecordedExecution, type: string): Record<string, string> => {
  const fact = execution.facts.find((one) => one.type === type);
  return JSON.parse(fact?.data ?? '{}') as Record<string, string>;
};

const operations: Record<string, Operation> = {
  'a task': {
    start: (ctx) => ctx.schedule(step, 1),
    end: (execution) => execution.completeTask(execution.openTasks[0]?.id ?? '', { rows: 3 }),
    value: { rows: 3 },
  },
  'a task by its name': {
    start: (ctx) => ctx.scheduleByName('step', 1),
    end: (execution) => execution.completeTask(execution.openTasks[0]?.id ?? '', null),
    value: null,
  },
  'a child': {
    start: (ctx) => ctx.scheduleWorkflow(child, 1),
    end(execution) {
      const { childExecutionId = '', childExecutionName = '' } = dataOf(execution, 'CHILD_WORKFLOW_INITIATED');
      execution.record({
        type: 'CHILD_WORKFLOW_COMPLETED',
        childExecutionId,
        childExecutionName,
        output: serialize('grown'),
      });
    },
    value: 'grown',
  },
  'a timer': {
    start: (ctx) => ctx.timer(Duration.seconds(1), { id: 'own' }),
    end: (execution) => execution.record({ type: 'TIMER_FIRED', timerId: 'own' }),
    value: null,
  },
  'a promise': {
    start: (ctx) => ctx.promise('approval'),
    end(execution) {
      const { promiseId = '', promiseName = '' } = dataOf(execution, 'PROMISE_CREATED');
      execution.record({ type: 'PROMISE_RESOLVED', promiseId, promiseName, value: serialize(0) });
    },
    value: 0,
  },
  'a signal': {
    start: (ctx) => ctx.waitForSignal('word'),
    end: (execution) =>
      execution.record({ type: 'SIGNAL_RECEIVED', signalName: 'word', signalValue: serialize(false) }),
    value: false,
  },
  'an operation': {
    start: (ctx) => ctx.run('draw', () => ''),
    end: () => undefined,
    value: '',
  },
};

/** Ways to wait. Each gives the plain value, and notes when a `catch` or `finally` ran. */
const constructs: Record<string, (ctx: WorkflowContext, start: () => PromiseLike<unknown>, note: Note) => unknown> = {
  await: async (_ctx, start) => await start(),
  'await of one that was awaited before': async (_ctx, start) => {
    const handle = start();
    await handle;
    return await handle;
  },
  'try and catch': async (_ctx, start, note) => {
    try {
      return await start();
    } catch {
      note('catch');
      return 'caught';
    }
  },
  'try and an empty catch': async (_ctx, start) => {
    let value: unknown = 'nothing';
    try {
      value = await start();
    } catch {}
    return value;
  },
  'try and finally': async (_ctx, start, note) => {
    try {
      return await start();
    } finally {
      note('finally');
    }
  },
  'Promise.race with one that never ends': (ctx, start) => Promise.race([start(), ctx.waitForSignal('never')]),
  'Promise.race behind one that never ends': (ctx, start) => Promise.race([ctx.waitForSignal('never'), start()]),
  'Promise.any behind one that never ends': (ctx, start) => Promise.any([ctx.waitForSignal('never'), start()]),
  'Promise.all': async (_ctx, start) => (await Promise.all([start(), Promise.resolve(1)]))[0],
  'Promise.allSettled': async (_ctx, start) => {
    const [settled] = await Promise.allSettled([start()]);
    return settled.status === 'fulfilled' ? settled.value : 'rejected';
  },
  'Promise.resolve': (_ctx, start) => Promise.resolve(start()),
  then: (_ctx, start) =>
    start().then(
      (value) => value,
      () => 'rejected',
    ),
  'behind a sleep that nobody awaits': async (ctx, start) => {
    void ctx.sleep(Duration.days(1));
    return await start();
  },
  'beside a task that nobody awaits': async (ctx, start) => {
    const value = await start();
    void ctx.schedule(task({ name: 'left', run: async () => null }), 1);
    return value;
  },
  'in a function of its own': async (_ctx, start) => {
    const ask = async (): Promise<unknown> => start();
    return ask();
  },
};

type Note = (word: string) => void;

const cells = Object.keys(constructs).flatMap((construct) =>
  Object.keys(operations).map((operation) => [construct, operation] as const),
);

describe('R07 whatever waits for whatever gets its plain result', () => {
  it.each(cells)('%s: %s', async (construct, name) => {
    const wait = constructs[construct];
    const operation = operations[name];
    if (wait === undefined || operation === undefined) throw new Error('the table is closed');
    const notes: string[] = [];
    const execution = new RecordedExecution(
      flow(async (ctx) =>
        wait(
          ctx,
          () => operation.start(ctx),
          (word) => notes.push(word),
        ),
      ),
    );
    await execution.play();
    if (name !== 'an operation') {
      expect(execution.outcome?.type).toBe('SUSPENDED');
      expect(notes).toEqual([]);
      operation.end(execution);
      await execution.play();
    }
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: serialize(operation.value) });
    expect(notes).toEqual(construct === 'try and finally' ? ['finally'] : []);
    await expectReplays(execution);
  });

  it('and a failure where there is one: caught once, and cleaned up once', async () => {
    const notes: string[] = [];
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        try {
          await ctx.schedule(step, 1);
        } catch (error) {
          notes.push(TaskFailed.is(error) ? error.message : 'something else');
        } finally {
          notes.push('finally');
        }
        const settled = await Promise.allSettled([ctx.schedule(step, 2), ctx.schedule(step, 3)]);
        return settled.map(({ status }) => status);
      }),
    );
    await execution.play();
    execution.failTask(execution.openTasks[0]?.id ?? '', 'broken');
    await execution.play();
    expect(notes).toEqual(['broken', 'finally']);
    for (const { id } of execution.openTasks.toReversed()) execution.failTask(id, 'broken too');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '["rejected","rejected"]' });
    await expectReplays(execution);
  });
});
