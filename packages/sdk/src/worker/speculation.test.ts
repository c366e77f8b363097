import { afterEach, describe, expect, it } from 'vitest';
import { aWorker } from '../../test/a-worker.js';
import { type FakeExecution, FakeServer } from '../../test/fake-server.js';
import { silent } from '../../test/recorded-execution.js';
import { until } from '../../test/until.js';
import { task } from '../task.js';
import type { WorkflowContext, WorkflowDefinition } from '../types.js';
import { workflow } from '../workflow.js';
import type { Worker } from './worker.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const STEPS = 6;
const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

/** A workflow of steps, each with a task, a recorded operation and a log line. */
function steps(acts: string[]): WorkflowDefinition {
  return workflow<unknown, unknown>({
    name: 'steps',
    run: async (ctx) => {
      const outputs: unknown[] = [];
      for (let i = 0; i < STEPS; i += 1) {
        outputs.push(await ctx.schedule(echo, i));
        ctx.log.info(`log ${i}`);
        outputs.push(
          await ctx.run(`act ${i}`, () => {
            acts.push(`act ${i}`);
            return -i;
          }),
        );
      }
      return outputs;
    },
  });
}

const expectedOutput = Array.from({ length: STEPS }, (_, i) => [i, -i])
  .flat()
  .map((n) => n + 0);

function operations(execution: FakeExecution): string[] {
  return execution.facts
    .filter(({ type }) => type === 'OPERATION_COMPLETED')
    .map(({ data }) => (JSON.parse(data) as { operationName: string }).operationName);
}

async function output(execution: FakeExecution): Promise<unknown> {
  await until(() => execution.status === 'COMPLETED' || execution.status === 'FAILED', 'the end of the execution');
  return (JSON.parse(execution.facts.at(-1)?.data ?? '') as { output: unknown }).output;
}

/** Notes log lines with how many operations and results were durable when they appeared. */
function watchingLogger(lines: string[]) {
  return { ...silent, info: (line: string) => void lines.push(line) };
}

describe('a guess that misses', () => {
  it.each(Array.from({ length: STEPS }, (_, step) => step))(
    'at step %d is forgotten: every body runs once, every line is written once',
    async (step) => {
      const server = new FakeServer();
      const acts: string[] = [];
      const lines: string[] = [];
      let ends = 0;
      server.onItem = (item) => {
        if (item.$case !== 'attemptCompleted') return;
        if (ends++ !== step) return;
        // Something else is recorded in the place the worker expects its result to get.
        server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'noise', signalValue: '1' as never });
      };
      worker = await aWorker(server, {
        workflows: [steps(acts)],
        tasks: [echo],
        workflowLogger: watchingLogger(lines),
      });
      const execution = server.start(ID, 'steps');
      expect(await output(execution)).toEqual(expectedOutput);
      const all = Array.from({ length: STEPS }, (_, i) => i);
      expect(acts).toEqual(all.map((i) => `act ${i}`));
      expect(operations(execution)).toEqual(acts);
      expect(lines).toEqual(all.map((i) => `log ${i}`));
    },
  );

  it.each(Array.from({ length: STEPS }, (_, step) => step))(
    'because the claim of task %d was lost leaves nothing behind',
    async (step) => {
      const server = new FakeServer();
      const acts: string[] = [];
      const lines: string[] = [];
      let ends = 0;
      server.onItem = (item) => {
        if (item.$case !== 'attemptCompleted' || ends++ !== step) return;
        const attempt = server.tasks.get(item.value.taskExecutionId);
        // Somebody else is given the task in this very moment.
        if (attempt !== undefined) Object.assign(attempt, { token: 'another', status: 'PENDING' });
      };
      worker = await aWorker(server, {
        workflows: [steps(acts)],
        tasks: [echo],
        workflowLogger: watchingLogger(lines),
      });
      const execution = server.start(ID, 'steps');
      expect(await output(execution)).toEqual(expectedOutput);
      expect(new Set(acts).size).toBe(acts.length);
      expect(operations(execution)).toEqual(acts);
    },
  );

  it('in a chain of guesses takes all that rest on it along', async () => {
    const server = new FakeServer();
    const fan = workflow<unknown, unknown>({
      name: 'fan',
      run: async (ctx) => {
        const first = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ctx.schedule(slow, n));
        const sums: number[] = [];
        for (const handle of first) sums.push((await handle) + Number(await ctx.schedule(echo, 10)));
        return sums;
      },
    });
    const releases: (() => void)[] = [];
    const slow = task<number, number>({
      name: 'slow',
      run: (_ctx, n) => new Promise((resolve) => (releases[n] = () => resolve(n))),
    });
    let ends = 0;
    server.onItem = (item) => {
      if (item.$case !== 'attemptCompleted' || ends++ !== 2) return;
      server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'noise', signalValue: '1' as never });
    };
    worker = await aWorker(server, { workflows: [fan], tasks: [echo, slow] });
    const execution = server.start(ID, 'fan');
    await until(() => releases.length === 9, 'the tasks to run');
    // Results arrive while the turns made from earlier ones are not confirmed.
    server.isFrozen = true;
    for (let n = 1; n <= 8; n += 1) {
      const before = server.frames;
      releases[n]?.();
      await until(() => server.frames > before, 'the result to be sent');
    }
    server.thaw();
    expect(await output(execution)).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
  });
});

describe('before the server has confirmed', () => {
  async function frozenAfterFirstResult(run: (ctx: WorkflowContext) => Promise<unknown>, lines: string[] = []) {
    const server = new FakeServer();
    let release: (() => void) | undefined;
    const held = task<unknown, string>({
      name: 'held',
      run: () => new Promise((resolve) => (release = () => resolve('held'))),
    });
    worker = await aWorker(server, {
      workflows: [workflow<unknown, unknown>({ name: 'flow', run })],
      tasks: [held, echo],
      workflowLogger: watchingLogger(lines),
    });
    const execution = server.start(ID, 'flow');
    await until(() => release !== undefined, 'the task to run');
    server.isFrozen = true;
    const before = server.frames;
    release?.();
    await until(() => server.frames > before, 'the result to be sent');
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
    return { server, execution };
  }

  it('no body of an operation runs', async () => {
    let calls = 0;
    const { server, execution } = await frozenAfterFirstResult(async (ctx) => {
      await ctx.scheduleByName('held', 0);
      return ctx.run('act', () => ++calls);
    });
    expect(calls).toBe(0);
    server.thaw();
    expect(await output(execution)).toBe(1);
    expect(calls).toBe(1);
  });

  it('no line is logged, and afterwards each one once', async () => {
    const lines: string[] = [];
    const { server, execution } = await frozenAfterFirstResult(async (ctx) => {
      await ctx.scheduleByName('held', 0);
      ctx.log.info('after');
      return ctx.schedule(echo, 1);
    }, lines);
    expect(lines).toEqual([]);
    server.thaw();
    expect(await output(execution)).toBe(1);
    expect(lines).toEqual(['after']);
  });

  it('a body that waits for its claim does not hold back the results of other tasks', async () => {
    const server = new FakeServer();
    let finishBody: (() => void) | undefined;
    worker = await aWorker(server, {
      workflows: [
        workflow<unknown, unknown>({
          name: 'flow',
          run: async (ctx) => {
            const others = [1, 2, 3].map((n) => ctx.schedule(late, n));
            await ctx.schedule(echo, 0);
            await ctx.run('long', () => new Promise<void>((resolve) => (finishBody = resolve)));
            return Promise.all(others);
          },
        }),
      ],
      tasks: [
        echo,
        task<number, number>({
          name: 'late',
          run: (_ctx, n) => new Promise((resolve) => releases.push(() => resolve(n))),
        }),
      ],
    });
    const late = { name: 'late', run: async () => 0 };
    const releases: (() => void)[] = [];
    const execution = server.start(ID, 'flow');
    await until(() => finishBody !== undefined && releases.length === 3, 'the body and the tasks to run');
    for (const release of releases) release();
    const completed = () => execution.facts.filter(({ type }) => type === 'TASK_COMPLETED').length;
    await until(() => completed() === 4, 'all results to be recorded while the body runs');
    finishBody?.();
    expect(await output(execution)).toEqual([1, 2, 3]);
    expect(operations(execution)).toEqual(['long']);
  });
});

describe('failures', () => {
  it('are not guessed while another attempt may follow', async () => {
    const server = new FakeServer();
    let attempts = 0;
    const flaky = task<unknown, string>({
      name: 'flaky',
      run: async () => {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
        return 'at last';
      },
    });
    worker = await aWorker(server, {
      workflows: [workflow<unknown, unknown>({ name: 'flow', run: async (ctx) => ctx.scheduleByName('flaky', 0) })],
      tasks: [flaky],
    });
    expect(await output(server.start(ID, 'flow'))).toBe('at last');
    const failures = server.received.filter((item) => item.$case === 'attemptFailed');
    expect(failures).toHaveLength(2);
    for (const item of failures) expect(item.value).toMatchObject({ speculation: undefined, retryable: true });
  });

  it('that are final are applied at once', async () => {
    const server = new FakeServer();
    const broken = task<unknown, string>({ name: 'broken', run: async () => Promise.reject(new Error('for good')) });
    worker = await aWorker(server, {
      workflows: [
        workflow<unknown, unknown>({
          name: 'flow',
          run: async (ctx) =>
            ctx
              .schedule(broken, 0, { retry: { maxRetries: 0 } })
              .result()
              .catch((error: unknown) => (error as Error).message),
        }),
      ],
      tasks: [broken],
    });
    expect(await output(server.start(ID, 'flow'))).toBe('for good');
    const failed = server.received.find((item) => item.$case === 'attemptFailed');
    expect(failed?.value).toMatchObject({ speculation: { expectedSequence: 4 } });
  });
});
