import { describe, expect, it, vi } from 'vitest';
import { EXECUTION_ID, RecordedExecution, silent } from '../../test/recorded-execution.js';
import { Duration } from '../duration.js';
import { ChildWorkflowFailed, TaskCancelled, TaskFailed, WorkflowCancelled } from '../errors.js';
import { serialize } from '../serde.js';
import { task } from '../task.js';
import type { WorkflowContext, WorkflowDefinition } from '../types.js';
import { workflow } from '../workflow.js';
import { OPERATION_DEADLINE_MS } from './operations.js';
import { Replayer } from './replayer.js';

const step = task<unknown, string>({ name: 'step', run: async () => '' });

function flow(run: (ctx: WorkflowContext, input: unknown) => Promise<unknown>): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run });
}

/** Plays an execution whose tasks complete one after another, oldest first, with what `outputOf` says. */
async function runToEnd(
  execution: RecordedExecution,
  outputOf: (id: string, kind: string) => unknown = () => 'done',
): Promise<void> {
  await execution.play();
  while (!execution.isOver) {
    const [open] = execution.openTasks;
    if (open === undefined) throw new Error(`Nothing to complete: ${JSON.stringify(execution.outcome)}`);
    execution.completeTask(open.id, outputOf(open.id, open.kind));
    await execution.play();
  }
}

describe('waiting', () => {
  it('R07 try, catch and finally around a task see its end and nothing else', async () => {
    const trace: string[] = [];
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        try {
          trace.push('try');
          return await ctx.schedule(step, 1);
        } catch {
          trace.push('catch');
          return 'caught';
        } finally {
          trace.push('finally');
        }
      }),
    );
    await execution.play();
    expect(trace).toEqual(['try']);
    expect(execution.outcome).toMatchObject({
      type: 'SUSPENDED',
      waitingOn: [{ type: 'SUSPEND_TYPE_TASK', name: 'step', id: 'f26e0a44-20ff-520d-a90a-02a2a4592ab2' }],
    });
    execution.completeTask('f26e0a44-20ff-520d-a90a-02a2a4592ab2', 'value');
    await execution.play();
    expect(trace).toEqual(['try', 'finally']);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"value"' });
  });

  it('gives null, 0, false and the empty string as results', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const given: unknown[] = [];
        for (let i = 0; i < 4; i += 1) given.push(await ctx.schedule(step, i));
        return given;
      }),
    );
    const outputs = [null, 0, false, ''];
    let next = 0;
    await runToEnd(execution, () => outputs[next++]);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[null,0,false,""]' });
  });

  it('revives dates, bigints and bytes on their way into the code', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx, input) => {
        const output = (await ctx.schedule(step, input)) as unknown as bigint;
        const recorded = await ctx.run('bytes', () => Uint8Array.of(1, 2));
        return [(input as { when: Date }).when.getTime(), typeof output, recorded instanceof Uint8Array];
      }),
      { when: new Date(5) },
    );
    await runToEnd(execution, () => 12n);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[5,"bigint",true]' });
  });

  it('decides Promise.race by the order of the history', async () => {
    const race = flow(async (ctx) => Promise.race([ctx.scheduleByName('slow', 0), ctx.scheduleByName('fast', 0)]));
    const execution = new RecordedExecution(race);
    await execution.play();
    const [slow, fast] = execution.openTasks;
    execution.completeTask(fast?.id ?? '', 'fast');
    execution.completeTask(slow?.id ?? '', 'slow');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '"fast"' });
    expect((await execution.replay(execution.facts.length)).outcome).toEqual(execution.outcome);
  });

  it('gives Promise.all, allSettled and any their ordinary meaning', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const all = await Promise.all([ctx.schedule(step, 1), ctx.schedule(step, 2)]);
        const settled = await Promise.allSettled([ctx.schedule(step, 3), ctx.schedule(step, 4)]);
        const any = await Promise.any([ctx.schedule(step, 5), ctx.schedule(step, 6)]);
        return [all, settled.map(({ status }) => status), any];
      }),
    );
    await execution.play();
    let number = 0;
    while (!execution.isOver) {
      for (const { id } of execution.openTasks) {
        number += 1;
        if (number === 4 || number === 5) execution.failTask(id, 'no');
        else execution.completeTask(id, number);
      }
      await execution.play();
    }
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[[1,2],["fulfilled","rejected"],6]' });
  });

  it('lets a failure be caught, with its task and whether it could be repeated', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        try {
          return await ctx.schedule(step, 1);
        } catch (error) {
          return TaskFailed.is(error) ? [error.message, error.retryable, error.taskExecutionId.length] : 'other';
        }
      }),
    );
    await execution.play();
    execution.failTask(execution.openTasks[0]?.id ?? '', 'too hot');
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '["too hot",false,36]' });
  });

  it('fails the execution with an error nobody caught, and keeps what was decided before it', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        ctx.set('seen', true);
        throw new RangeError('out of reach');
      }),
    );
    const turn = await execution.play();
    expect(turn.commands).toEqual([{ type: 'SET_STATE', key: 'seen', value: 'true' }]);
    expect(turn.outcome).toMatchObject({ type: 'FAILED', error: 'out of reach', failureType: 'ERROR' });
  });

  it('says so when the code waits for something nothing could ever wake', async () => {
    const execution = new RecordedExecution(flow(() => new Promise(() => undefined)));
    await execution.play();
    expect(execution.outcome).toMatchObject({ type: 'FAILED', failureType: 'STUCK' });
  });

  it('names only what the code awaits, work before people before the clock', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        ctx.schedule(step, 'nobody awaits this');
        await Promise.race([ctx.sleep(Duration.hours(1)), ctx.waitForSignal('stop'), ctx.scheduleByName('b', 0)]);
      }),
    );
    await execution.play();
    expect(execution.outcome).toMatchObject({
      type: 'SUSPENDED',
      waitingOn: [
        { type: 'SUSPEND_TYPE_TASK', name: 'b' },
        { type: 'SUSPEND_TYPE_SIGNAL', name: 'stop' },
        { type: 'SUSPEND_TYPE_TIMER', id: 'sleep-1' },
      ],
    });
  });

  it('runs 2,000 tasks one after another', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        let sum = 0;
        for (let i = 0; i < 2_000; i += 1) sum += Number(await ctx.schedule(step, i));
        return sum;
      }),
    );
    const open: string[] = [];
    let turn = await execution.play();
    for (let i = 0; turn.outcome.type === 'SUSPENDED'; i += 1) {
      for (const command of turn.commands) if (command.type === 'SCHEDULE_TASK') open.push(command.taskExecutionId);
      execution.record({
        type: 'TASK_COMPLETED',
        taskExecutionId: open[i] ?? '',
        kind: 'step',
        output: serialize(i),
      });
      turn = await execution.play();
    }
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: '1999000' });
    expect(await execution.replay(execution.facts.length)).toEqual({ commands: [], outcome: turn.outcome });
  }, 30_000);
});

describe('operations', () => {
  it('run once and give their recorded result afterwards', async () => {
    let calls = 0;
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const first = await ctx.run('roll', () => ++calls);
        await ctx.schedule(step, first);
        return first;
      }),
    );
    await execution.play();
    execution.forget();
    execution.completeTask(execution.openTasks[0]?.id ?? '', 'ok');
    await execution.play();
    expect(calls).toBe(1);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '1' });
  });

  it('are recorded and handed over in the order of the calls, whichever finishes first', async () => {
    const order: string[] = [];
    const finish: Record<string, () => void> = {};
    const body = (name: string) => () =>
      new Promise<string>((resolve) => {
        finish[name] = () => resolve(name);
        if (name === 'b') setImmediate(() => finish['b']?.());
        if (name === 'a') setImmediate(() => setImmediate(() => finish['a']?.()));
      });
    const definition = flow(async (ctx) => {
      const a = ctx.run('first', body('a')).then(() => order.push('a'));
      const b = ctx.run('second', body('b')).then(() => order.push('b'));
      await Promise.all([b, a]);
      return order.splice(0);
    });
    const execution = new RecordedExecution(definition);
    const turn = await execution.play();
    expect(turn.commands.map((command) => 'operationName' in command && command.operationName)).toEqual([
      'first',
      'second',
    ]);
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: '["a","b"]' });
    expect((await execution.replay(execution.facts.length)).outcome).toEqual(turn.outcome);
  });

  it('are recorded with their error, and fail the same way when replayed', async () => {
    class NoMoney extends Error {
      override readonly name = 'NoMoney';
    }
    const definition = flow(async (ctx) => {
      const error = await ctx
        .run('pay', () => {
          throw new NoMoney('empty');
        })
        .catch((thrown: unknown) => thrown as Error);
      return [error.name, error.message, error instanceof NoMoney];
    });
    const execution = new RecordedExecution(definition);
    const turn = await execution.play();
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: '["NoMoney","empty",false]' });
    expect((await execution.replay(execution.facts.length)).outcome).toEqual(turn.outcome);
  });

  it('do not start while they may not, and the instance ends there', async () => {
    let calls = 0;
    const replayer = new Replayer({
      workflowExecutionId: EXECUTION_ID,
      definition: flow(async (ctx) => ctx.run('act', () => ++calls)),
      input: null,
      logger: silent,
    });
    replayer.read([{ sequence: 1, type: 'WORKFLOW_STARTED', data: '{"input":null}', timestampMs: 1 }]);
    expect(await replayer.play(() => Promise.resolve(false))).toBe(false);
    expect(calls).toBe(0);
  });
});

describe('an operation that does not end', () => {
  it('gives the turn up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const execution = new RecordedExecution(
        flow(async (ctx) => ctx.run('for ever', () => new Promise(() => undefined))),
      );
      const outcome = execution.play().catch((error: unknown) => error);
      while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(OPERATION_DEADLINE_MS);
      expect(await outcome).toMatchObject({
        message: expect.stringContaining('"for ever" did not end within 10 minutes'),
      });
      expect(execution.facts).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('state', () => {
  it('is a copy, and rebuilt by the code itself', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const before = ctx.get('list');
        const list = [1];
        ctx.set('list', list);
        list.push(2);
        await ctx.schedule(step, 0);
        ctx.set('other', 1);
        ctx.clear('other');
        return [before, ctx.get('list'), ctx.stateKeys(), ctx.get('other')];
      }),
    );
    await runToEnd(execution);
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[null,[1],["list"],null]' });
    const replayed = await execution.replay(execution.facts.length);
    expect(replayed).toEqual({ commands: [], outcome: execution.outcome });
  });

  it('is sent with the end of the execution, cleared key by key in the order of insertion', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        ctx.set('b', 1);
        ctx.set('a', 2);
        ctx.set('b', 3);
        ctx.clearAll();
      }),
    );
    const turn = await execution.play();
    expect(turn.commands.slice(3)).toEqual([
      { type: 'CLEAR_STATE', key: 'b' },
      { type: 'CLEAR_STATE', key: 'a' },
    ]);
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: 'null' });
  });
});

describe('time, chance and ids', () => {
  it('stand still while the code runs and are the same on a replay', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const start = ctx.currentTimeMillis();
        await ctx.schedule(step, ctx.randomUUID());
        return [start, ctx.currentTime(), ctx.random(), ctx.randomUUID()];
      }),
    );
    await runToEnd(execution);
    const replayed = await execution.replay(execution.facts.length);
    expect(replayed.outcome).toEqual(execution.outcome);
    // The first id of the execution went to randomUUID, the second to the task.
    expect(execution.facts[1]?.data).toContain('0e10bfc9-059a-54d9-839c-40f6cec6828a');
  });

  it('counts a sleep until a moment from the time of the workflow', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => ctx.sleepUntil(new Date(ctx.currentTimeMillis() + 250))),
    );
    const turn = await execution.play();
    expect(turn.commands).toEqual([{ type: 'START_TIMER', timerId: 'sleep-1', durationMs: 250 }]);
  });
});

describe('what the code logs', () => {
  it('is silent while it is replayed', async () => {
    const lines: string[] = [];
    const logger = { debug: () => {}, info: (line: string) => lines.push(line), warn: () => {}, error: () => {} };
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        ctx.log.info('one');
        await ctx.schedule(step, 0);
        ctx.log.info('two');
      }),
      null,
      logger,
    );
    await execution.play();
    execution.forget();
    execution.completeTask(execution.openTasks[0]?.id ?? '', 0);
    await execution.play();
    expect(lines).toEqual(['one', 'two']);
  });
});

describe('signals', () => {
  it('wake their waiters in order, and are seen only from their place in the history on', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const seen = [ctx.hasSignal('say')];
        const first = await ctx.waitForSignal('say');
        seen.push(ctx.pendingSignalCount('say') > 0);
        const second = await ctx.waitForSignal('say');
        return [seen, first, second];
      }),
    );
    execution.record({ type: 'SIGNAL_RECEIVED', signalName: 'say', signalValue: serialize('hello') });
    execution.record({ type: 'SIGNAL_RECEIVED', signalName: 'say', signalValue: serialize('again') });
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '[[false,false],"hello","again"]' });
  });

  it('that came with the start are there before the first line', async () => {
    const execution = new RecordedExecution(flow(async (ctx) => ctx.drainSignals('say')));
    execution.record({
      type: 'SIGNAL_RECEIVED',
      signalName: 'say',
      signalValue: serialize('hello'),
      withStart: true,
    });
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '["hello"]' });
  });

  it('call their handler before anybody wakes; a handler that throws fails the workflow', async () => {
    const definition = (handler: (ctx: WorkflowContext) => void) =>
      workflow<unknown, unknown>({
        name: 'flow',
        run: async (ctx) => {
          await ctx.waitForSignal('say');
          return ctx.get('heard');
        },
        handlers: { signals: { say: handler } },
      });
    const good = new RecordedExecution(definition((ctx) => ctx.set('heard', true)));
    const bad = new RecordedExecution(definition((ctx) => void ctx.scheduleByName('step', 0)));
    for (const execution of [good, bad]) {
      await execution.play();
      execution.record({ type: 'SIGNAL_RECEIVED', signalName: 'say', signalValue: serialize(1) });
      await execution.play();
    }
    expect(good.outcome).toEqual({ type: 'COMPLETED', output: 'true' });
    expect(bad.outcome).toMatchObject({ type: 'FAILED', error: expect.stringContaining('A signal handler may') });
  });
});

describe('promises, timers and children', () => {
  it('end as their facts say', async () => {
    const child = workflow<unknown, unknown>({ name: 'child', run: async () => 'unused' });
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const approved = await ctx.promise('approval');
        const rejected = await ctx.promise('second approval').catch((error: unknown) => (error as Error).message);
        await ctx.sleep(Duration.seconds(1));
        const first = await ctx.scheduleWorkflow(child, 1);
        const second = await ctx
          .scheduleWorkflow(child, 2)
          .result()
          .catch((error: unknown) => ChildWorkflowFailed.is(error));
        return [approved, String(rejected).includes('no way'), first, second];
      }),
    );
    await execution.play();
    const promiseId = (index: number): string =>
      (
        JSON.parse(execution.facts.filter(({ type }) => type === 'PROMISE_CREATED')[index]?.data ?? '') as {
          promiseId: string;
        }
      ).promiseId;
    execution.record({
      type: 'PROMISE_RESOLVED',
      promiseId: promiseId(0),
      promiseName: 'approval',
      value: serialize('yes'),
    });
    await execution.play();
    execution.record({
      type: 'PROMISE_REJECTED',
      promiseId: promiseId(1),
      promiseName: 'second approval',
      error: 'no way',
    });
    await execution.play();
    execution.record({ type: 'TIMER_FIRED', timerId: 'sleep-1' });
    const turn = await execution.play();
    const childOf = (command: unknown): { childExecutionName: string; childExecutionId: string } => {
      const { childExecutionName, childWorkflowExecutionId } = command as Record<string, string>;
      return { childExecutionName: childExecutionName ?? '', childExecutionId: childWorkflowExecutionId ?? '' };
    };
    expect(childOf(turn.commands[0]).childExecutionName).toBe('child-1');
    execution.record({ type: 'CHILD_WORKFLOW_COMPLETED', ...childOf(turn.commands[0]), output: serialize('born') });
    const next = await execution.play();
    expect(childOf(next.commands[0]).childExecutionName).toBe('child-2');
    execution.record({ type: 'CHILD_WORKFLOW_FAILED', ...childOf(next.commands[0]), error: 'lost' });
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'COMPLETED', output: '["yes",true,"born",true]' });
    expect((await execution.replay(execution.facts.length)).commands).toEqual([]);
  });

  it('end a cancelled timer at once', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const timer = ctx.timer(Duration.hours(1), { id: 'lunch' });
        timer.cancel();
        timer.cancel();
        return timer.then(
          () => 'fired',
          (error: unknown) => WorkflowCancelled.is(error),
        );
      }),
    );
    const turn = await execution.play();
    expect(turn.commands).toEqual([
      { type: 'START_TIMER', timerId: 'lunch', durationMs: 3_600_000 },
      { type: 'CANCEL_TIMER', timerId: 'lunch' },
    ]);
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: 'true' });
    expect((await execution.replay(execution.facts.length)).commands).toEqual([]);
  });
});

describe('cancellation', () => {
  it('ends open waits, asks tasks to end, and lets compensation work', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const work = ctx.schedule(step, 'long');
        try {
          await ctx.sleep(Duration.days(1));
        } catch (error) {
          const ending = await work.result().catch((thrown: unknown) => thrown);
          await ctx.scheduleByName('undo', TaskCancelled.is(ending));
          throw error;
        }
      }),
    );
    await execution.play();
    const [long] = execution.openTasks;
    execution.record({ type: 'CANCELLATION_REQUESTED', reason: 'enough', requestedBy: 'user' });
    execution.record({ type: 'TASK_CANCELLED', taskExecutionId: long?.id ?? '', kind: 'step', reason: 'enough' });
    const turn = await execution.play();
    expect(turn.commands).toMatchObject([{ type: 'SCHEDULE_TASK', kind: 'undo', input: 'true' }]);
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    await execution.play();
    expect(execution.outcome).toEqual({ type: 'CANCELLED', reason: 'enough' });
  });

  it('can be asked for by the code itself, once', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        ctx.requestCancellation('tired');
        ctx.requestCancellation('very tired');
        ctx.checkCancellation();
      }),
    );
    const turn = await execution.play();
    expect(turn.commands).toEqual([{ type: 'REQUEST_CANCELLATION', reason: 'tired' }]);
    expect(turn.outcome).toEqual({ type: 'CANCELLED', reason: 'tired' });
    expect(await execution.replay(execution.facts.length)).toEqual({ commands: [], outcome: turn.outcome });
  });
});

describe('a request of the code to end', () => {
  it('is heard by what the code waits for next, in every replay', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        ctx.requestCancellation('me');
        const asked = ctx.isCancellationRequested;
        const ending = await ctx.sleep(Duration.seconds(30)).catch((thrown: unknown) => thrown);
        await ctx.schedule(step, WorkflowCancelled.is(ending));
        ctx.set('undone', asked);
        throw ending;
      }),
    );
    const first = await execution.play();
    expect(first.commands.map(({ type }) => type)).toEqual(['REQUEST_CANCELLATION', 'START_TIMER']);
    expect(first.outcome.type).toBe('SUSPENDED');
    const second = await execution.play();
    expect(second.commands).toMatchObject([{ type: 'SCHEDULE_TASK', input: 'true' }]);
    execution.completeTask(execution.openTasks[0]?.id ?? '', null);
    const last = await execution.play();
    expect(last.outcome).toEqual({ type: 'CANCELLED', reason: 'me' });
    const { seen: _, ...turn } = last;
    expect(await execution.replay(last.seen)).toEqual(turn);
  });
});

describe('promises of one name', () => {
  it('are each settled by themselves, whoever comes first, live and replayed', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        const [first, second] = [ctx.promise('vote'), ctx.promise('vote')];
        const winner = await Promise.race([first.then(() => 'first'), second.then(() => 'second')]);
        const third = await ctx
          .promise('vote', { timeout: Duration.seconds(1) })
          .catch((error: unknown) => String(error));
        return [winner, await first, third];
      }),
    );
    const idOf = (index: number): string => {
      const made = execution.facts.filter(({ type }) => type === 'PROMISE_CREATED')[index];
      return (JSON.parse(made?.data ?? '{}') as { promiseId: string }).promiseId;
    };
    await execution.play();
    const resolve = (index: number, value: string): void =>
      execution.record({
        type: 'PROMISE_RESOLVED',
        promiseId: idOf(index),
        promiseName: 'vote',
        value: serialize(value),
      });
    resolve(1, 'no');
    await execution.play();
    execution.record({ type: 'PROMISE_TIMEOUT', promiseId: idOf(2), promiseName: 'vote' });
    await execution.play();
    resolve(0, 'yes');
    const last = await execution.play();
    const output = serialize(['second', 'yes', `PromiseTimeout: Promise ${idOf(2)} timed out after 1000ms`]);
    expect(last.outcome).toEqual({ type: 'COMPLETED', output });
    for (const { seen, commands } of execution.turns) expect((await execution.replay(seen)).commands).toEqual(commands);
    expect((await execution.replay(last.seen)).outcome).toEqual(last.outcome);
  });
});

describe('the id of a timer', () => {
  it.each([
    [
      'of one that has it',
      'A timer with the id "x"',
      async (ctx: WorkflowContext) => {
        await Promise.all([ctx.timer(Duration.days(1), { id: 'x' }), ctx.timer(Duration.days(1), { id: 'x' })]);
      },
    ],
    [
      'of one without a name',
      'A timer with the id "sleep-1"',
      async (ctx: WorkflowContext) => {
        await Promise.all([ctx.sleep(Duration.days(1)), ctx.timer(Duration.days(1), { id: 'sleep-1' })]);
      },
    ],
  ] as const)('is not given again: %s', async (_, words, run) => {
    const execution = new RecordedExecution(flow(run));
    await execution.play();
    const error = `${words} exists in this execution already; give each its own`;
    expect(execution.outcome).toMatchObject({ type: 'FAILED', error });
    const last = execution.turns.at(-1);
    expect((await execution.replay(last?.seen ?? 0)).outcome).toMatchObject({ type: 'FAILED', error });
  });

  it('is left out of the names made for timers without one', async () => {
    const execution = new RecordedExecution(
      flow(async (ctx) => {
        await Promise.all([
          ctx.timer(Duration.days(1), { id: 'sleep-1' }),
          ctx.sleep(Duration.days(1)),
          ctx.sleep(Duration.days(1)),
        ]);
      }),
    );
    const { commands } = await execution.play();
    expect(commands).toMatchObject([{ timerId: 'sleep-1' }, { timerId: 'sleep-2' }, { timerId: 'sleep-3' }]);
    expect((await execution.replay(execution.facts.length)).commands).toEqual([]);
  });
});

describe('an option that cannot work', () => {
  const cases: readonly (readonly [string, (ctx: WorkflowContext) => unknown])[] = [
    [
      'prioritySeconds must be a whole number',
      (ctx) =>
        ctx.scheduleWorkflow(
          flow(async () => 1),
          1,
          { prioritySeconds: 1e12 },
        ),
    ],
    [
      'prioritySeconds must be a whole number',
      (ctx) =>
        ctx.scheduleWorkflow(
          flow(async () => 1),
          1,
          { prioritySeconds: 0.5 },
        ),
    ],
    [
      'retry.maxRetries must be a whole number from 0 to 1000, not 1000000000000',
      (ctx) => ctx.schedule(step, 1, { retry: { maxRetries: 1e12 } }),
    ],
    ['retry.maxDelay may be 1d at most', (ctx) => ctx.schedule(step, 1, { retry: { maxDelay: Duration.days(2) } })],
    ['A task timeout may be 30d at most', (ctx) => ctx.schedule(step, 1, { timeout: Duration.days(31) })],
    ['A task timeout must be 1ms at least, not 0ms', (ctx) => ctx.schedule(step, 1, { timeout: Duration.seconds(0) })],
    ['A task timeout must be 1ms at least, not -1s', (ctx) => ctx.schedule(step, 1, { timeout: Duration.seconds(-1) })],
    ['A promise timeout may be 365d at most', (ctx) => ctx.promise('p', { timeout: Duration.days(366) })],
    ['ctx.sleep may be 365d at most, not 366d', (ctx) => ctx.sleep(Duration.days(366))],
  ];
  it.each(cases)('is refused where it is used: %s', async (error, use) => {
    const execution = new RecordedExecution(flow(async (ctx) => use(ctx)));
    const turn = await execution.play();
    expect(turn.commands).toEqual([]);
    expect(turn.outcome).toMatchObject({ type: 'FAILED', error: expect.stringContaining(error) });
  });

  it.each([0, -5, 0.3])('is no option of a promise: a timeout of %d ms expires at once', async (ms) => {
    const execution = new RecordedExecution(
      flow(async (ctx) => ctx.promise('p', { timeout: Duration.milliseconds(ms) })),
    );
    expect((await execution.play()).commands).toMatchObject([{ type: 'CREATE_PROMISE', timeoutMs: 1 }]);
  });
});

describe('the input', () => {
  it('is read from the first fact when nobody hands it in', async () => {
    const replayer = new Replayer({
      workflowExecutionId: EXECUTION_ID,
      definition: flow(async (_ctx, input) => input),
      logger: silent,
    });
    replayer.read([{ sequence: 1, type: 'WORKFLOW_STARTED', data: '{"input":{"cups":2}}', timestampMs: 1 }]);
    await replayer.play(() => Promise.resolve(true));
    expect(replayer.takeTurn().outcome).toEqual({ type: 'COMPLETED', output: '{"cups":2}' });
  });
});

describe('queries', () => {
  it('read, and may not change anything', async () => {
    const definition = workflow<unknown, unknown>({
      name: 'flow',
      run: async (ctx) => {
        ctx.set('step', 2);
        await ctx.schedule(step, 0);
      },
      handlers: {
        queries: {
          doubled: (ctx) => (ctx.get<number>('step') ?? 0) * 2,
          naughty: (ctx) => ctx.set('step', 9),
          late: async () => 5,
          broken: () => Promise.reject(new Error('lost')),
        },
      },
    });
    const replayer = new Replayer({
      workflowExecutionId: EXECUTION_ID,
      definition,
      logger: silent,
    });
    replayer.read([{ sequence: 1, type: 'WorkflowStarted', data: '{"input":null}', timestampMs: 1 }]);
    await replayer.play(() => Promise.resolve(true));
    replayer.takeTurn();
    expect(replayer.query('doubled', null)).toBe(4);
    expect(replayer.query('step', null)).toBe(2);
    expect(() => replayer.query('naughty', null)).toThrow('A query may read');
    // Neither becomes an unhandled rejection, which would end the worker.
    expect(() => replayer.query('late', null)).toThrow('The query handler "late" of workflow flow must not be async');
    expect(() => replayer.query('broken', null)).toThrow('must not be async');
    expect(() => replayer.query('unknown', null)).toThrow('no query handler and no state named "unknown"');
    expect(replayer.takeTurn().commands).toEqual([]);
  });
});
