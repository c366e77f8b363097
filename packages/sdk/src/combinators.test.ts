import type { CommandType } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { expectReplays } from '../test/expect-replays.js';
import { RecordedExecution } from '../test/recorded-execution.js';
import { joinN, select, withTimeout } from './combinators.js';
import { Duration } from './duration.js';
import { ConfigurationError, OperationTimeout, TaskFailed, WorkflowCancelled } from './errors.js';
import { serialize } from './serde.js';
import type { WorkflowContext, WorkflowDefinition } from './types.js';
import { workflow } from './workflow.js';

const HOUR = Duration.hours(1);
const childFlow = workflow<unknown, unknown>({ name: 'child', run: async () => '' });

function flow(run: (ctx: WorkflowContext) => Promise<unknown>): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run });
}

const taskOf = (ctx: WorkflowContext, kind: string) => ctx.schedule({ name: kind, run: async () => kind }, null);

const commandsOf = (execution: RecordedExecution) => execution.turns.flatMap(({ commands }) => commands);
const cancelTypes: readonly CommandType[] = ['REQUEST_CANCEL_TASK', 'REQUEST_CANCEL_CHILD_WORKFLOW', 'CANCEL_TIMER'];
const cancelsOf = (execution: RecordedExecution) =>
  commandsOf(execution)
    .map(({ type }) => type)
    .filter((type) => cancelTypes.includes(type));

function finish(execution: RecordedExecution, kind: string, output: unknown = kind): void {
  const open = execution.openTasks.find((task) => task.kind === kind);
  if (open === undefined) throw new Error(`No open task ${kind}`);
  execution.completeTask(open.id, output);
}

/** Something that can be waited for: how code begins it, how it ends, and what asks it to end. */
interface Contender {
  readonly begin: (ctx: WorkflowContext, name: string) => PromiseLike<unknown>;
  readonly end: (execution: RecordedExecution, name: string) => void;
  readonly value: (name: string) => unknown;
  readonly cancel: CommandType | undefined;
}

const contenders: Readonly<Record<string, Contender>> = {
  task: {
    begin: taskOf,
    end: (execution, name) => finish(execution, name),
    value: (name) => name,
    cancel: 'REQUEST_CANCEL_TASK',
  },
  child: {
    begin: (ctx, name) => ctx.scheduleWorkflow(childFlow, null, { name }),
    end: (execution, name) =>
      execution.completeChild(execution.openChildren.find((child) => child.name === name)?.id ?? '', name),
    value: (name) => name,
    cancel: 'REQUEST_CANCEL_CHILD_WORKFLOW',
  },
  timer: {
    begin: (ctx, name) => ctx.timer(HOUR, { id: name }),
    end: (execution, name) => execution.fireTimer(name),
    value: () => undefined,
    cancel: 'CANCEL_TIMER',
  },
  promise: {
    begin: (ctx, name) => ctx.promise(name),
    end: (execution, name) => {
      const created = execution.facts.map(
        ({ data }) => JSON.parse(data) as { promiseName?: string; promiseId?: string },
      );
      const promiseId = created.find(({ promiseName }) => promiseName === name)?.promiseId ?? '';
      execution.record({ type: 'PROMISE_RESOLVED', promiseId, promiseName: name, value: serialize(name) });
    },
    value: (name) => name,
    cancel: undefined,
  },
  signal: {
    begin: (ctx, name) => ctx.waitForSignal(name),
    end: (execution, name) =>
      execution.record({ type: 'SIGNAL_RECEIVED', signalName: name, signalValue: serialize(name) }),
    value: (name) => name,
    cancel: undefined,
  },
};
const kinds = Object.keys(contenders);
const pairs = kinds.flatMap((one) => kinds.map((other) => [one, other] as const));

function contender(kind: string): Contender {
  const found = contenders[kind];
  if (found === undefined) throw new Error(`No contender ${kind}`);
  return found;
}

function cancelAgain(...handles: readonly PromiseLike<unknown>[]): void {
  for (const handle of handles) if ('cancel' in handle) (handle as { cancel(): void }).cancel();
}

/** Ends the task the code goes on with, and finds that every replay tells the same. */
async function expectOutput(execution: RecordedExecution, output: unknown): Promise<void> {
  execution.forget();
  finish(execution, 'on');
  await execution.play();
  expect(execution.outcome).toEqual({ type: 'COMPLETED', output: serialize(output) });
  await expectReplays(execution);
}

describe.each(pairs)('select of a %s and a %s', (one, other) => {
  const parts = { a: contender(one), b: contender(other) };

  const begin = async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [a, b] = [parts.a.begin(ctx, 'a'), parts.b.begin(ctx, 'b')];
        const first = await select([a, b]);
        cancelAgain(a, b);
        await ctx.scheduleByName('on', null);
        return first;
      }),
    );
    await execution.play();
    return execution;
  };
  const resultOf = (winner: 'a' | 'b') => ({ index: winner === 'a' ? 0 : 1, value: parts[winner].value(winner) });

  const rows = [
    ['a', 'b'],
    ['b', 'a'],
  ] as const;
  it.each(rows)('is won by %s when it ends first; %s is cancelled once', async (winner, loser) => {
    const execution = await begin();
    parts[winner].end(execution, winner);
    await execution.play();
    const { cancel } = parts[loser];
    expect(cancelsOf(execution)).toEqual(cancel === undefined ? [] : [cancel]);
    await expectOutput(execution, resultOf(winner));
  });

  it.each(rows)(
    'is won by %s in a batch of both, where %s comes second and needs no cancelling',
    async (winner, loser) => {
      const execution = await begin();
      parts[winner].end(execution, winner);
      parts[loser].end(execution, loser);
      await execution.play();
      expect(cancelsOf(execution)).toEqual([]);
      await expectOutput(execution, resultOf(winner));
    },
  );

  it.each(rows)('is won by %s although %s ends before it can be cancelled', async (winner, loser) => {
    const execution = await begin();
    parts[winner].end(execution, winner);
    await execution.play(() => parts[loser].end(execution, loser));
    await expectOutput(execution, resultOf(winner));
  });
});

describe('F.17 select', () => {
  it.each(['one turn', 'two turns'])(
    'keeps its winner when both have ended before it is called, in %s',
    async (how) => {
      const execution = new RecordedExecution(
        flow(async (ctx) => {
          const [bike, van] = [taskOf(ctx, 'bike'), taskOf(ctx, 'van')];
          await taskOf(ctx, 'gate');
          const { index, value } = await select([bike, van]);
          await ctx.scheduleByName('on', null);
          return { index, value };
        }),
      );
      await execution.play();
      finish(execution, 'van');
      if (how === 'two turns') await execution.play();
      finish(execution, 'bike');
      finish(execution, 'gate');
      await execution.play();
      expect(cancelsOf(execution)).toEqual([]);
      await expectOutput(execution, { index: 1, value: 'van' });
    },
  );

  it('has its cancelling recorded: a replay asks for nothing again', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const first = await select([taskOf(ctx, 'slow'), ctx.scheduleWorkflow(childFlow, null), taskOf(ctx, 'fast')]);
        await ctx.scheduleByName('on', null);
        return first;
      }),
    );
    await execution.play();
    finish(execution, 'fast');
    await execution.play();
    expect(cancelsOf(execution)).toEqual(['REQUEST_CANCEL_TASK', 'REQUEST_CANCEL_CHILD_WORKFLOW']);
    expect((await execution.replay(execution.facts.length)).commands).toEqual([]);
    await expectOutput(execution, { index: 2, value: 'fast' });
    expect(cancelsOf(execution)).toHaveLength(2);
  });
});

describe('select', () => {
  it('fails with the first to end when that one failed, and cancels the others', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const error = await select([taskOf(ctx, 'a'), taskOf(ctx, 'b')]).catch((thrown: unknown) => thrown);
        await ctx.scheduleByName('on', null);
        return TaskFailed.is(error) && error.message;
      }),
    );
    await execution.play();
    execution.failTask(execution.openTasks[1]?.id ?? '', 'no luck');
    await execution.play();
    expect(cancelsOf(execution)).toEqual(['REQUEST_CANCEL_TASK']);
    await expectOutput(execution, 'no luck');
  });

  it('leaves the others alone when it is told to, and does not wait for them any more', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [task, timer] = [taskOf(ctx, 'a'), ctx.timer(HOUR)];
        const { index } = await select([task, timer], { cancelLosers: false });
        await ctx.waitForSignal('go on');
        return [index, await task];
      }),
    );
    await execution.play();
    execution.fireTimer('sleep-1');
    await execution.play();
    expect(cancelsOf(execution)).toEqual([]);
    expect(execution.outcome).toMatchObject({ waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 'go on' }] });
    contender('signal').end(execution, 'go on');
    await execution.play();
    finish(execution, 'a');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[1,"a"]' });
    await expectReplays(execution);
  });

  it('says what it is asked for while it waits', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => select([ctx.timer(HOUR), ctx.waitForSignal('s'), taskOf(ctx, 'a')])),
    );
    await execution.play();
    const types = ['SUSPEND_TYPE_TASK', 'SUSPEND_TYPE_SIGNAL', 'SUSPEND_TYPE_TIMER'];
    expect(execution.outcome).toMatchObject({ waitingOn: types.map((type) => ({ type })) });
  });

  it('of a promise of its own and a handle goes by who is first', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const both = async () => `${await taskOf(ctx, 'a')} ${await taskOf(ctx, 'b')}`;
        return select([both(), ctx.timer(HOUR)]);
      }),
    );
    await execution.play();
    finish(execution, 'a');
    await execution.play();
    finish(execution, 'b');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '{"index":0,"value":"a b"}' });
    expect(cancelsOf(execution)).toEqual(['CANCEL_TIMER']);
    await expectReplays(execution);
  });

  it('of nothing is a mistake', async () => {
    const execution = new RecordedExecution(flow(async () => select([])));
    await execution.play();
    expect(execution.outcome).toMatchObject({ error: 'select needs something to wait for: its list is empty' });
  });

  it('ends with its execution when that is cancelled', async () => {
    const execution = new RecordedExecution(flow(async (ctx) => select([taskOf(ctx, 'a'), ctx.timer(HOUR)])));
    await execution.play();
    execution.record({ type: 'CANCELLATION_REQUESTED', reason: 'enough', requestedBy: 'me' });
    await execution.play();
    expect(cancelsOf(execution)).toEqual(['REQUEST_CANCEL_TASK']);
    expect(execution.outcome).toEqual({ type: 'CANCELLED', reason: 'enough' });
    await expectReplays(execution);
  });
});

describe.each(kinds)('joinN of three, each a %s', (kind) => {
  const { begin, end, value, cancel } = contender(kind);
  const names = ['a', 'b', 'c'];

  const beginAll = async (n: number) => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const handles = names.map((name) => begin(ctx, name));
        const ended = await joinN(handles, n);
        cancelAgain(...handles);
        await ctx.scheduleByName('on', null);
        return ended;
      }),
    );
    await execution.play();
    return execution;
  };
  const endedAs = (...order: readonly string[]) =>
    order.map((name) => ({ index: names.indexOf(name), value: value(name) }));

  it('gives the first two, in the order in which they ended, and cancels the third once', async () => {
    const execution = await beginAll(2);
    end(execution, 'c');
    await execution.play();
    end(execution, 'a');
    await execution.play();
    expect(cancelsOf(execution)).toEqual(cancel === undefined ? [] : [cancel]);
    await expectOutput(execution, endedAs('c', 'a'));
  });

  it('gives the first two of one batch', async () => {
    const execution = await beginAll(2);
    for (const name of ['b', 'c', 'a']) end(execution, name);
    await execution.play();
    expect(cancelsOf(execution)).toEqual([]);
    await expectOutput(execution, endedAs('b', 'c'));
  });

  it('gives the first two although the third ends before it can be cancelled', async () => {
    const execution = await beginAll(2);
    end(execution, 'b');
    end(execution, 'a');
    await execution.play(() => end(execution, 'c'));
    await expectOutput(execution, endedAs('b', 'a'));
  });

  it('gives all of them when it is asked for more', async () => {
    const execution = await beginAll(7);
    for (const name of ['c', 'b', 'a']) {
      end(execution, name);
      execution.forget();
      await execution.play();
    }
    expect(cancelsOf(execution)).toEqual([]);
    await expectOutput(execution, endedAs('c', 'b', 'a'));
  });
});

describe('joinN', () => {
  it('fails with the first failure of the history, and cancels what is open', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const handles = ['a', 'b', 'c'].map((kind) => taskOf(ctx, kind));
        const error = await joinN(handles, 2).catch((thrown: unknown) => thrown as Error);
        await ctx.scheduleByName('on', null);
        return (error as Error).message;
      }),
    );
    await execution.play();
    finish(execution, 'c');
    await execution.play();
    execution.failTask(execution.openTasks[1]?.id ?? '', 'b is broken');
    await execution.play();
    expect(cancelsOf(execution)).toEqual(['REQUEST_CANCEL_TASK']);
    await expectOutput(execution, 'b is broken');
  });

  it.each([true, false])('of none of them gives nothing at once; cancelLosers: %s', async (cancelLosers) => {
    const execution = new RecordedExecution(
      flow(async (ctx) => joinN([taskOf(ctx, 'a'), ctx.timer(HOUR)], 0, { cancelLosers })),
    );
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[]' });
    expect(cancelsOf(execution)).toEqual(cancelLosers ? ['REQUEST_CANCEL_TASK', 'CANCEL_TIMER'] : []);
  });

  it('of nothing gives nothing', async () => {
    const execution = new RecordedExecution(flow(async () => joinN([], 3)));
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[]' });
  });

  it.each([-1, 0.5, Number.NaN])('of %s of them is a mistake', async (n) => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const error = await joinN([taskOf(ctx, 'a')], n).catch((thrown: unknown) => thrown);
        return ConfigurationError.is(error) && error.message.includes('n of joinN must be a whole number');
      }),
    );
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: 'true' });
  });
});

const limits = ['duration', 'timer'] as const;
describe.each(kinds.flatMap((kind) => limits.map((limit) => [kind, limit] as const)))(
  'withTimeout of a %s and a %s',
  (kind, limit) => {
    const { begin, end, value, cancel } = contender(kind);

    const start = async () => {
      const execution = new RecordedExecution(
        flow(async (ctx) => {
          const handle = begin(ctx, 'a');
          const timer = limit === 'timer' ? ctx.timer(HOUR) : undefined;
          const result = await withTimeout(handle, timer ?? HOUR).catch((error: unknown) => (error as Error).message);
          cancelAgain(handle, ...(timer === undefined ? [] : [timer]));
          await ctx.scheduleByName('on', null);
          return result;
        }),
      );
      await execution.play();
      return execution;
    };
    const tooLate = limit === 'duration' ? 'Operation timed out after 3600000ms' : 'Operation timed out';

    it('gives what it gives in time, and cancels the timer once', async () => {
      const execution = await start();
      end(execution, 'a');
      await execution.play();
      expect(cancelsOf(execution)).toEqual(['CANCEL_TIMER']);
      await expectOutput(execution, value('a'));
    });

    it('fails when the time is over, and cancels what took too long once', async () => {
      const execution = await start();
      execution.fireTimer('sleep-1');
      await execution.play();
      expect(cancelsOf(execution)).toEqual(cancel === undefined ? [] : [cancel]);
      await expectOutput(execution, tooLate);
    });

    it.each(['a', 'the timer'])(
      'is decided by the order of the history in a batch of both: %s first',
      async (first) => {
        const execution = await start();
        if (first === 'a') end(execution, 'a');
        execution.fireTimer('sleep-1');
        if (first !== 'a') end(execution, 'a');
        await execution.play();
        expect(cancelsOf(execution)).toEqual([]);
        await expectOutput(execution, first === 'a' ? value('a') : tooLate);
      },
    );

    it('stays decided when the loser ends before it can be cancelled', async () => {
      const [inTime, late] = [await start(), await start()];
      end(inTime, 'a');
      await inTime.play(() => inTime.fireTimer('sleep-1'));
      await expectOutput(inTime, value('a'));
      late.fireTimer('sleep-1');
      await late.play(() => end(late, 'a'));
      await expectOutput(late, tooLate);
    });
  },
);

describe('withTimeout', () => {
  it('says how long it waited', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const error = await withTimeout(taskOf(ctx, 'a'), Duration.milliseconds(1.5)).catch(
          (thrown: unknown) => thrown,
        );
        return OperationTimeout.is(error) && [error.timeoutMs, error instanceof OperationTimeout];
      }),
    );
    await execution.play();
    execution.fireTimer('sleep-1');
    await execution.play();
    expect(commandsOf(execution)).toMatchObject([{}, { durationMs: 1 }, { reason: 'Operation timed out after 1.5ms' }]);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[1.5,true]' });
  });

  it('fails with what it waited for, and cancels the timer', async () => {
    const execution = new RecordedExecution(flow(async (ctx) => withTimeout(taskOf(ctx, 'a'), HOUR)));
    await execution.play();
    execution.failTask(execution.openTasks[0]?.id ?? '', 'broken');
    await execution.play();
    expect(execution.outcome).toMatchObject({ type: 'FAILED', error: 'broken' });
    expect(cancelsOf(execution)).toEqual(['CANCEL_TIMER']);
    await expectReplays(execution);
  });

  it('spares what it was handed when it is told to, not the timer it made', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [task, timer, keep] = [taskOf(ctx, 'a'), ctx.timer(HOUR, { id: 'mine' }), { cancelLosers: false }];
        await withTimeout(ctx.timer(HOUR, { id: 'short' }), timer, keep);
        await withTimeout(task, Duration.minutes(1), keep).catch(() => undefined);
        await withTimeout(ctx.waitForSignal('s'), Duration.minutes(1), keep);
        return withTimeout(task, timer, keep);
      }),
    );
    await execution.play();
    execution.fireTimer('short');
    await execution.play();
    execution.fireTimer('sleep-1');
    await execution.play();
    expect(cancelsOf(execution)).toEqual([]);
    contender('signal').end(execution, 's');
    await execution.play();
    expect(commandsOf(execution)).toContainEqual({ type: 'CANCEL_TIMER', timerId: 'sleep-2' });
    finish(execution, 'a');
    await execution.play();
    expect(cancelsOf(execution)).toEqual(['CANCEL_TIMER']);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"a"' });
    await expectReplays(execution);
  });

  it('has no limit any more when its timer was cancelled', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const timer = ctx.timer(HOUR);
        const waiting = withTimeout(taskOf(ctx, 'a'), timer);
        await taskOf(ctx, 'b');
        timer.cancel();
        return waiting;
      }),
    );
    await execution.play();
    finish(execution, 'b');
    await execution.play();
    expect(execution.outcome).toMatchObject({ type: 'SUSPENDED' });
    finish(execution, 'a');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"a"' });
    expect(cancelsOf(execution)).toEqual(['CANCEL_TIMER']);
    await expectReplays(execution);
  });

  it('of what has ended already gives its end, however long the timer is over', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [task, timer] = [taskOf(ctx, 'a'), ctx.timer(HOUR)];
        await ctx.waitForSignal('go on');
        return withTimeout(task, timer);
      }),
    );
    await execution.play();
    finish(execution, 'a');
    execution.fireTimer('sleep-1');
    contender('signal').end(execution, 'go on');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"a"' });
    await expectReplays(execution);
  });

  it('needs a timer for a promise that is none of the context', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const own = async () => taskOf(ctx, 'a').result();
        const error = await withTimeout(own(), HOUR).catch((thrown: unknown) => thrown);
        return [ConfigurationError.is(error), await withTimeout(own(), ctx.timer(HOUR))];
      }),
    );
    await execution.play();
    for (const { id } of execution.openTasks) execution.completeTask(id, 'done');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[true,"done"]' });
  });

  it('refuses a bare number, whose unit nobody knows', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => withTimeout(taskOf(ctx, 'a'), 500 as unknown as Duration)),
    );
    await execution.play();
    expect(execution.outcome).toMatchObject({ error: expect.stringContaining('must be a Duration') });
  });

  it('ends with its execution when that is cancelled: by the end of what it waits for', async () => {
    const seen: unknown[] = [];
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        try {
          return await withTimeout(ctx.waitForSignal('s'), HOUR);
        } catch (error) {
          seen.push(WorkflowCancelled.is(error));
          throw error;
        }
      }),
    );
    await execution.play();
    execution.record({ type: 'CANCELLATION_REQUESTED', reason: 'enough', requestedBy: 'me' });
    await execution.play();
    expect(seen).toEqual([true]);
    expect(execution.outcome).toEqual({ type: 'CANCELLED', reason: 'enough' });
  });
});
