import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordedExecution } from '../test/recorded-execution.js';
import { Duration } from './duration.js';
import { guardWorkflow, unguardedLogger } from './guard-rails.js';
import type { Logger, WorkflowContext } from './types.js';
import { workflow } from './workflow.js';

const { Date: realDate, setTimeout: realTimeout, setInterval: realInterval } = globalThis;
const realRandom = Math.random;
afterAll(() => {
  Object.assign(globalThis, { Date: realDate, setTimeout: realTimeout, setInterval: realInterval });
  Math.random = realRandom;
});

const warn = vi.fn<(message: string) => void>();
const logger: Logger = { debug: vi.fn<() => void>(), info: vi.fn<() => void>(), warn, error: vi.fn<() => void>() };
beforeEach(() => warn.mockClear());

function guarded(run: (ctx: WorkflowContext) => unknown, log?: Logger): RecordedExecution {
  const definition = workflow<unknown, unknown>({ name: 'order', run: async (ctx) => run(ctx) });
  return new RecordedExecution(guardWorkflow(definition, logger), null, log);
}
const warnings = (): string[] => warn.mock.calls.map(([message]) => message);

describe('a guarded workflow', () => {
  it.each<[string, string, () => unknown]>([
    ['Date.now()', 'ctx.currentTimeMillis()', () => Date.now()],
    ['new Date()', 'ctx.currentTime()', () => new Date().getTime()],
    ['Math.random()', 'ctx.random()', () => Math.random()],
    ['setTimeout()', 'ctx.sleep()', () => clearTimeout(setTimeout(() => undefined, 1_000))],
    ['setInterval()', 'ctx.sleep() in a loop', () => clearInterval(setInterval(() => undefined, 1_000))],
  ])('is warned of %s once, also after a wait, and told of %s', async (call, instead, make) => {
    const execution = guarded(async (ctx) => {
      make();
      await ctx.sleep(Duration.seconds(1));
      make();
    });
    await execution.play();
    execution.record({ type: 'TIMER_FIRED', timerId: 'sleep-1' });
    expect((await execution.play()).outcome.type).toBe('COMPLETED');
    expect(warnings()).toEqual([
      `Workflow "order" calls ${call}: a replay would get another answer. Use ${instead}, or call it in ctx.run`,
    ]);
  });

  it('is warned of a call after a wait alone', async () => {
    const execution = guarded(async (ctx) => {
      await ctx.sleep(Duration.seconds(1));
      return Math.random() < 2;
    });
    await execution.play();
    expect(warnings()).toEqual([]);
    execution.record({ type: 'TIMER_FIRED', timerId: 'sleep-1' });
    await execution.play();
    expect(warnings()).toHaveLength(1);
  });

  it('may do all of it in ctx.run, make dates of something, and ask its context', async () => {
    const execution = guarded(async (ctx) => {
      const drawn = await ctx.run('draw', () => [Date.now(), Math.random(), new Date().getTime()].length);
      return [drawn, new Date(5).getTime(), ctx.currentTime() instanceof Date, ctx.random() < 1, Date.parse('x')];
    });
    const { outcome } = await execution.play();
    expect(outcome).toMatchObject({ type: 'COMPLETED', output: '[3,5,true,true,null]' });
    expect(warnings()).toEqual([]);
  });

  it('is not blamed for its logger', async () => {
    const said: number[] = [];
    const clock: Logger = { ...logger, info: () => void said.push(Date.now()) };
    await guarded((ctx) => ctx.log.info('hello'), unguardedLogger(clock)).play();
    expect(said).toHaveLength(1);
    expect(warnings()).toEqual([]);
  });

  it('leaves everybody else alone', async () => {
    await guarded(() => 1).play();
    expect([Date.now() > 0, new Date() instanceof Date, Math.random() < 1]).toEqual([true, true, true]);
    await promisify(setTimeout)(1);
    expect(warnings()).toEqual([]);
  });
});
