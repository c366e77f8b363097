import type { HistoryEvent } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { RecordedExecution } from '../../test/recorded-execution.js';
import { Duration } from '../duration.js';
import { serialize } from '../serde.js';
import type { WorkflowContext } from '../types.js';
import { workflow } from '../workflow.js';

type Code = (ctx: WorkflowContext) => Promise<unknown>;

const child = workflow<unknown, unknown>({ name: 'parcel', run: async () => null });
const otherChild = workflow<unknown, unknown>({ name: 'letter', run: async () => null });

/** Plays `changed` against the history that `recorded` left. */
async function replayChanged(recorded: Code, changed: Code) {
  const execution = new RecordedExecution(workflow<unknown, unknown>({ name: 'flow', run: recorded }));
  await execution.play();
  return execution.replay(execution.facts.length, workflow<unknown, unknown>({ name: 'flow', run: changed }));
}

const wait = (ctx: WorkflowContext): Promise<unknown> => ctx.scheduleByName('wait', 0);

describe('code that issues another command than the history has', () => {
  it.each<[string, Code, Code, string]>([
    [
      'another task',
      async (ctx) => ctx.scheduleByName('boil', 0),
      async (ctx) => ctx.scheduleByName('fry', 0),
      "Determinism violation: Task type mismatch at sequence 0: expected 'boil', got 'fry'",
    ],
    [
      'another task at its second call',
      async (ctx) => Promise.all([ctx.scheduleByName('boil', 0), ctx.scheduleByName('eat', 0)]),
      async (ctx) => Promise.all([ctx.scheduleByName('boil', 0), ctx.scheduleByName('wash', 0)]),
      "Determinism violation: Task type mismatch at sequence 1: expected 'eat', got 'wash'",
    ],
    [
      'another operation',
      async (ctx) => [await ctx.run('a', () => 1), await wait(ctx)],
      async (ctx) => [await ctx.run('b', () => 1), await wait(ctx)],
      "Determinism violation: Operation name mismatch at sequence 0: expected 'a', got 'b'",
    ],
    [
      'another state key',
      async (ctx) => [ctx.set('a', 1), await wait(ctx)],
      async (ctx) => [ctx.set('b', 1), await wait(ctx)],
      "Determinism violation: State key mismatch at sequence 0: expected 'a', got 'b'",
    ],
    [
      'a clear for a set',
      async (ctx) => [ctx.set('a', 1), await wait(ctx)],
      async (ctx) => [ctx.clear('a'), await wait(ctx)],
      'Determinism violation: Type mismatch at sequence 0: expected StateSet, got StateCleared',
    ],
    [
      'another promise',
      async (ctx) => ctx.promise('book-returned'),
      async (ctx) => ctx.promise('book-lost'),
      "Determinism violation: Promise name mismatch at sequence 0: expected 'book-returned', got 'book-lost'",
    ],
    [
      'another explicit timer',
      async (ctx) => ctx.timer(Duration.hours(1), { id: 'tea' }),
      async (ctx) => ctx.timer(Duration.hours(1), { id: 'lunch' }),
      "Determinism violation: Timer ID mismatch at sequence 0: expected 'tea', got 'lunch'",
    ],
    [
      'another child name',
      async (ctx) => ctx.scheduleWorkflow(child, 0, { name: 'one' }),
      async (ctx) => ctx.scheduleWorkflow(child, 0, { name: 'two' }),
      "Determinism violation: Child workflow name mismatch at sequence 0: expected 'one', got 'two'",
    ],
    [
      'another child kind',
      async (ctx) => ctx.scheduleWorkflow(child, 0, { name: 'one' }),
      async (ctx) => ctx.scheduleWorkflow(otherChild, 0, { name: 'one' }),
      "Determinism violation: Child workflow kind mismatch at sequence 0: expected 'parcel', got 'letter'",
    ],
  ])('%s fails the execution for good', async (_what, recorded, changed, message) => {
    const turn = await replayChanged(recorded, changed);
    expect(turn).toMatchObject({
      commands: [],
      outcome: { type: 'FAILED', error: message, failureType: 'DETERMINISM_VIOLATION' },
    });
  });

  it('cannot catch the violation, and leaves nothing of its turn', async () => {
    let calls = 0;
    const turn = await replayChanged(
      async (ctx) => ctx.scheduleByName('boil', 0),
      async (ctx) => {
        ctx.set('before', 1);
        try {
          await ctx.scheduleByName('fry', 0);
        } catch {
          await ctx.run('act', () => ++calls);
        }
        return 'fine';
      },
    );
    expect(calls).toBe(0);
    expect(turn).toMatchObject({ commands: [], outcome: { type: 'FAILED', failureType: 'DETERMINISM_VIOLATION' } });
  });

  it('says what it found as data', async () => {
    const turn = await replayChanged(
      async (ctx) => ctx.scheduleByName('boil', 0),
      async (ctx) => {
        try {
          return await ctx.scheduleByName('fry', 0);
        } catch (error) {
          return ctx.set('found', (error as { violation: unknown }).violation);
        }
      },
    );
    expect(turn.outcome).toMatchObject({ failureType: 'DETERMINISM_VIOLATION' });
  });
});

describe('changes that are no violation', () => {
  it.each<[string, Code, Code]>([
    ['more commands', wait, async (ctx) => [ctx.set('a', 1), await wait(ctx), await wait(ctx)]],
    ['fewer commands', async (ctx) => Promise.all([wait(ctx), ctx.scheduleByName('more', 0)]), wait],
    [
      'another order across classes',
      async (ctx) => [ctx.set('a', 1), await wait(ctx)],
      async (ctx) => {
        const waiting = wait(ctx);
        ctx.set('a', 1);
        return waiting;
      },
    ],
    [
      'other inputs and values',
      async (ctx) => [ctx.set('a', 1), await ctx.scheduleByName('wait', 1)],
      async (ctx) => [ctx.set('a', 2), await ctx.scheduleByName('wait', 2, { queue: 'q' })],
    ],
  ])('%s', async (_what, recorded, changed) => {
    const turn = await replayChanged(recorded, changed);
    expect(turn.outcome.type).toBe('SUSPENDED');
  });
});

describe('old and foreign histories', () => {
  /** Plays code against facts as they stand in a file. */
  async function replayFacts(code: Code, facts: readonly [string, object][]) {
    const execution = new RecordedExecution(workflow<unknown, unknown>({ name: 'flow', run: code }));
    for (const [type, data] of facts) {
      execution.facts.push({
        sequence: execution.facts.length + 1,
        type,
        data: JSON.stringify(data),
        timestampMs: 1_700_000_001_000,
      });
    }
    return execution.replay(execution.facts.length);
  }

  it('pairs the end of a task that has no id with the oldest open task of its kind', async () => {
    const turn = await replayFacts(
      async (ctx) => Promise.all([ctx.scheduleByName('a', 0), ctx.scheduleByName('b', 0), ctx.scheduleByName('a', 0)]),
      [
        ['TaskScheduled', { task_type: 'a' }],
        ['TaskScheduled', { taskType: 'b' }],
        ['TaskScheduled', { kind: 'a' }],
        ['TaskCompleted', { kind: 'b', result: 2 }],
        ['TaskCompleted', { kind: 'a', result: 1 }],
        ['TaskCompleted', { kind: 'a', output: 3 }],
      ],
    );
    expect(turn).toEqual({ commands: [], outcome: { type: 'COMPLETED', output: '[1,2,3]' } });
  });

  it('takes the last of several ends of a task', async () => {
    const id = '11111111-aaaa-4aaa-8aaa-000000000001';
    const turn = await replayFacts(
      async (ctx) => ctx.scheduleByName('a', 0),
      [
        ['TaskScheduled', { taskId: id, kind: 'a' }],
        ['TaskFailed', { taskId: id, error: 'first try' }],
        ['TaskCompleted', { taskId: id, output: 'second try' }],
      ],
    );
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: '"second try"' });
  });

  it('adopts generated timer ids and passes over facts it does not know', async () => {
    const turn = await replayFacts(
      async (ctx) => ctx.sleep(Duration.seconds(1)),
      [
        ['TimerStarted', { timer_id: 'delay-7', duration_ms: 10 }],
        ['SomethingNew', { about: 'the future' }],
        ['TimerFired', { timerId: 'delay-7' }],
      ],
    );
    expect(turn).toEqual({ commands: [], outcome: { type: 'COMPLETED', output: 'null' } });
  });

  it('delivers an end that lies before the call that waits for it', async () => {
    const id = 'f26e0a44-20ff-520d-a90a-02a2a4592ab2';
    const started: HistoryEvent['type'][] = [];
    const turn = await replayFacts(
      async (ctx) => {
        await ctx.promise('first');
        started.push('TASK_SCHEDULED');
        return ctx.scheduleByName('a', 0);
      },
      [
        ['PROMISE_CREATED', { promiseName: 'first', promiseId: 'p' }],
        ['TASK_SCHEDULED', { taskExecutionId: id, kind: 'a' }],
        ['TASK_COMPLETED', { taskExecutionId: id, output: JSON.parse(serialize('early')) }],
        ['PROMISE_RESOLVED', { promiseId: 'p', value: null }],
      ],
    );
    expect(started).toEqual(['TASK_SCHEDULED']);
    expect(turn.outcome).toEqual({ type: 'COMPLETED', output: '"early"' });
  });
});
