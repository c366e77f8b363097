import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { definitionOf } from '../../../test/perform-program.js';
import { propertySettings, propertyTimes } from '../../../test/property.js';
import { steeringProgram } from '../../../test/random-program.js';
import { Duration } from '../../duration.js';
import { DeterminismViolation, FlovynError } from '../../errors.js';
import { task } from '../../task.js';
import type { WorkflowContext } from '../../types.js';
import { workflow } from '../../workflow.js';
import { TestWorkflowEnvironment } from './test-workflow-environment.js';

const a = task<unknown, string>({ name: 'a', run: async () => 'a' });
const b = task<unknown, string>({ name: 'b', run: async () => 'b' });
const child = workflow<unknown, unknown>({ name: 'child', run: async () => null });

const environment = (options = {}) =>
  new TestWorkflowEnvironment(options).registerTask(a).registerTask(b).registerWorkflow(child);

/** A workflow that keeps a count outside of itself: each time it is played the count is higher. */
function counting(run: (ctx: WorkflowContext, count: number) => Promise<unknown>) {
  let count = 0;
  return workflow<null, unknown>({
    name: 'counting',
    run: (ctx) => {
      count += 1;
      return run(ctx, count);
    },
  });
}

describe('the replay check', () => {
  it.each<[string, (ctx: WorkflowContext, count: number) => Promise<unknown>, RegExp]>([
    [
      'another task',
      async (ctx, count) => ctx.schedule(count === 1 ? a : b, null),
      /: it decided SCHEDULE_TASK {"kind":"b"}, and the first time SCHEDULE_TASK {"kind":"a"}\./,
    ],
    [
      'another input of a task',
      async (ctx, count) => ctx.schedule(a, count),
      /up to event 1 \(WORKFLOW_STARTED\): it decided SCHEDULE_TASK {"input":"2"}, and the first time .* {"input":"1"}\./,
    ],
    [
      'a command more',
      async (ctx, count) => {
        if (count > 1) ctx.set('more', count);
      },
      /it decided .*SET_STATE.*, and the first time nothing more/,
    ],
    [
      'a command less',
      async (ctx, count) => {
        if (count === 1) ctx.set('less', count);
      },
      /it decided nothing more, and the first time .*SET_STATE/,
    ],
    [
      'another output',
      async (_, count) => count,
      /it ended the turn with COMPLETED {"output":"2"}, and the first time with COMPLETED {"output":"1"}\./,
    ],
    [
      'another wait',
      async (ctx, count) => (count === 1 ? ctx.sleep(Duration.seconds(1)) : ctx.waitForSignal('s')),
      /it decided nothing more, and the first time .*START_TIMER/,
    ],
    [
      'an operation less',
      async (ctx, count) => (count === 1 ? ctx.run('op', () => null) : null),
      /it left out the operation .*"op"/,
    ],
    [
      'an operation more',
      async (ctx, count) => (count === 1 ? null : ctx.run('op', () => null)),
      /it ran an operation that had not been run before/,
    ],
    [
      'another operation',
      async (ctx, count) => ctx.run(`op-${count}`, () => null),
      /Operation name mismatch at sequence 0: expected 'op-1', got 'op-2'/,
    ],
  ])('finds %s', async (_, run, message) => {
    const checked = environment().executeWorkflow(counting(run), null);
    await expect(checked).rejects.toThrow(DeterminismViolation);
    await expect(checked).rejects.toThrow(message);
    await expect(checked).rejects.toThrow('take the time from ctx.currentTime()');
    await expect(environment({ replayCheck: false }).executeWorkflow(counting(run), null)).resolves.toBeDefined();
  });

  it('finds it in a child, and in what is stuck', async () => {
    const odd = counting(async (ctx, count) => ctx.schedule(a, count));
    const parent = workflow<null, unknown>({ name: 'parent', run: async (ctx) => ctx.scheduleWorkflow(odd, null) });
    await expect(environment().registerWorkflow(odd).executeWorkflow(parent, null)).rejects.toThrow(
      /"counting".*"input"/,
    );
    const stuck = counting((ctx, count) => ctx.promise(count === 1 ? 'one' : 'other'));
    await expect(environment().executeWorkflow(stuck, null)).rejects.toThrow('CREATE_PROMISE {"promiseName":"other"}');
  });

  it('runs no operation and no task again', async () => {
    const body = vi.fn<() => number>(() => 5);
    const flow = workflow<null, unknown>({
      name: 'flow',
      run: async (ctx) => {
        const first = await ctx.run('first', body);
        await ctx.sleep(Duration.seconds(1));
        return [first, ...(await Promise.all([ctx.run('second', body), ctx.run('third', body)]))];
      },
    });
    expect(await environment().executeWorkflow(flow, null)).toEqual([5, 5, 5]);
    expect(body).toHaveBeenCalledTimes(3);
  });

  it('says nothing twice', async () => {
    const info = vi.fn<(message: string) => void>();
    const logger = { debug: info, info, warn: info, error: info };
    const flow = workflow<null, void>({
      name: 'flow',
      run: async (ctx) => {
        ctx.log.info('before');
        await ctx.sleep(Duration.seconds(1));
        ctx.log.info('after');
      },
    });
    await environment({ logger }).executeWorkflow(flow, null);
    expect(info.mock.calls).toEqual([['before'], ['after']]);
  });

  it(
    'finds nothing in programs that keep to the context',
    async () => {
      const tasks = ['a', 'b', 'c'].map((name) =>
        task<unknown, unknown>({ name, run: async (_, input) => [name, input] }),
      );
      await fc.assert(
        fc.asyncProperty(steeringProgram, async (program) => {
          const memory = environment();
          for (const each of tasks) memory.registerTask(each);
          const end = memory.executeWorkflow(definitionOf(program), null).catch((error: unknown) => error);
          expect(DeterminismViolation.is(await end), String(await end)).toBe(false);
          // Whoever waits for a signal is stuck; nothing else goes wrong.
          if (FlovynError.is(await end)) expect(String(await end)).toContain('signal "s"');
        }),
        propertySettings(300),
      );
    },
    30_000 * propertyTimes,
  );

  it('takes a long history in its stride', async () => {
    const long = workflow<null, number>({
      name: 'long',
      run: async (ctx) => {
        for (let i = 0; i < 1_000; i += 1) await ctx.sleep(Duration.seconds(1));
        return 1_000;
      },
    });
    expect(await environment().executeWorkflow(long, null)).toBe(1_000);
  });
});
