import { afterEach, describe, expect, it } from 'vitest';
import { aWorker } from '../../test/a-worker.js';
import { type FakeExecution, FakeServer, hasEnded, refuse } from '../../test/fake-server.js';
import { until } from '../../test/until.js';
import { task } from '../task.js';
import type { WorkflowContext, WorkflowDefinition } from '../types.js';
import { workflow } from '../workflow.js';
import type { Worker } from './worker.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

function flow(run: (ctx: WorkflowContext) => Promise<unknown>): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run });
}

function typesOf(execution: FakeExecution): string[] {
  return execution.facts.map(({ type }) => type);
}

async function ended(execution: FakeExecution): Promise<unknown> {
  await until(() => hasEnded(execution), `the end of the execution; it has ${typesOf(execution).join(', ')}`);
  return JSON.parse(execution.facts.at(-1)?.data ?? '') as unknown;
}

describe('a worker', () => {
  it('plays a workflow to its end and runs its tasks', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [flow(async (ctx) => [await ctx.schedule(echo, 1), await ctx.schedule(echo, 2)])],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    expect(await ended(execution)).toEqual({ output: [1, 2] });
    expect(typesOf(execution)).toEqual([
      'WORKFLOW_STARTED',
      'TASK_SCHEDULED',
      'WORKFLOW_SUSPENDED',
      'TASK_COMPLETED',
      'TASK_SCHEDULED',
      'WORKFLOW_SUSPENDED',
      'TASK_COMPLETED',
      'WORKFLOW_COMPLETED',
    ]);
  });

  it('sends the end of a task and the turn it led to as neighbours of one frame', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [
        flow(async (ctx) => {
          for (let i = 0; i < 50; i += 1) await ctx.schedule(echo, i);
        }),
      ],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    await ended(execution);
    const items = server.received.map(({ $case }) => $case);
    expect(items.filter((item) => item === 'turnCompleted')).toHaveLength(51);
    for (const [index, item] of items.entries())
      if (item === 'attemptCompleted') expect(items[index + 1]).toBe('turnCompleted');
    // Hello, the first turn, and one frame per step.
    expect(server.frames).toBe(52);
  });

  it.each([5, 50, 500])('loses nothing when %d parallel tasks finish together', async (count) => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [
        flow(async (ctx) => {
          const outputs = await Promise.all(Array.from({ length: count }, (_, i) => ctx.schedule(echo, i)));
          return outputs.reduce<number>((sum, output) => sum + Number(output), 0);
        }),
      ],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    expect(await ended(execution)).toEqual({ output: (count * (count - 1)) / 2 });
    expect(typesOf(execution).filter((type) => type === 'TASK_COMPLETED')).toHaveLength(count);
    // All results of one turn of the event loop lead to one turn of the workflow.
    expect(server.received.filter(({ $case }) => $case === 'turnCompleted')).toHaveLength(2);
  });

  it('goes on with what others recorded while its turn was under way', async () => {
    const server = new FakeServer();
    server.onItem = (item) => {
      if (item.$case !== 'turnCompleted') return;
      server.onItem = undefined;
      server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'go', signalValue: '7' as never });
    };
    worker = await aWorker(server, {
      workflows: [flow(async (ctx) => [await ctx.schedule(echo, 1), await ctx.waitForSignal('go')])],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    expect(await ended(execution)).toEqual({ output: [1, 7] });
  });

  it('asks for the rest of a long history in pages', async () => {
    const server = new FakeServer();
    server.pageSize = 7;
    const definition = flow(async (ctx) => {
      for (let i = 0; i < 20; i += 1) await ctx.schedule(echo, i);
      return ctx.waitForSignal('go');
    });
    worker = await aWorker(server, { workflows: [definition], tasks: [echo] });
    const execution = server.start(ID, 'flow');
    await until(() => execution.status === 'WAITING' && execution.facts.length > 60, 'the wait for the signal');
    await worker.stop();
    worker = await aWorker(server, { workflows: [definition], tasks: [echo] });
    server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'go', signalValue: '7' as never });
    expect(await ended(execution)).toEqual({ output: 7 });
    expect(server.received.filter(({ $case }) => $case === 'historyWanted').length).toBeGreaterThan(5);
  });

  it('replays executions that had to make room for others', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      maxInstances: 2,
      workflows: [flow(async (ctx) => [await ctx.schedule(echo, 1), await ctx.waitForSignal('go')])],
      tasks: [echo],
    });
    const executions = Array.from({ length: 10 }, (_, i) => server.start(ID.replace(/.$/, String(i)), 'flow'));
    await until(
      () => executions.every(({ status, facts }) => status === 'WAITING' && facts.length >= 5),
      'all to wait',
    );
    expect(server.received.filter(({ $case }) => $case === 'instanceDropped').length).toBeGreaterThanOrEqual(8);
    for (const execution of executions) {
      server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'go', signalValue: '7' as never });
    }
    for (const execution of executions) expect(await ended(execution)).toEqual({ output: [1, 7] });
  });

  it('ends an execution whose turn the server refuses, with the reason', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [flow(async (ctx) => ctx.promise('approval'))],
    });
    const execution = server.start(ID, 'flow');
    expect(await ended(execution)).toMatchObject({
      error: expect.stringContaining('UNIMPLEMENTED'),
      failureType: 'UNIMPLEMENTED',
    });
    expect(server.received.filter(({ $case }) => $case === 'turnCompleted')).toHaveLength(2);
  });

  it('ends an execution whose speculative turn the server refuses, with the reason', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [
        flow(async (ctx) => {
          await ctx.schedule(echo, 1);
          await ctx.promise('approval');
        }),
      ],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    expect(await ended(execution)).toMatchObject({ failureType: 'UNIMPLEMENTED' });
  });

  it.each([
    ['FAILED', 'FAILED_PRECONDITION'],
    ['FAILED', 'INVALID_ARGUMENT'],
    ['FAILED', 'INVALID_IDENTIFIER'],
    ['FAILED', 'PAYLOAD_TOO_LARGE'],
    ['FAILED', 'JSON_TOO_COMPLEX'],
    ['FAILED', 'MALFORMED_JSON'],
    ['FAILED', 'RESOURCE_EXHAUSTED'],
    ['COMPLETED', 'INTERNAL'],
    ['COMPLETED', 'ABORTED'],
    ['COMPLETED', 'UNAVAILABLE'],
    ['COMPLETED', 'DEADLINE_EXCEEDED'],
  ] as const)('brings an execution to its end - %s - when one turn is refused with %s', async (end, code) => {
    for (const turn of [1, 2]) {
      const server = new FakeServer();
      let turns = 0;
      server.onItem = (item) => {
        // The second turn is a guess.
        if (item.$case === 'turnCompleted' && ++turns === turn) refuse(code, 'for this reason');
      };
      worker = await aWorker(server, { workflows: [flow(async (ctx) => ctx.schedule(echo, 1))], tasks: [echo] });
      const execution = server.start(ID, 'flow');
      const last = await ended(execution);
      expect(execution.status).toBe(end);
      if (end === 'FAILED') {
        expect(last).toMatchObject({ failureType: code, error: expect.stringContaining('for this reason') });
      }
      await worker.stop();
    }
  });

  it.each(['LEASE_LOST', 'SPECULATION_MISSED', 'NOT_FOUND'])(
    'says nothing more of a turn refused with %s',
    async (code) => {
      const server = new FakeServer();
      let turns = 0;
      server.onItem = (item) => {
        if (item.$case !== 'turnCompleted' || ++turns > 1) return;
        server.takeAway(execution);
        refuse(code);
      };
      worker = await aWorker(server, { workflows: [flow(async (ctx) => ctx.schedule(echo, 1))], tasks: [echo] });
      const execution = server.start(ID, 'flow');
      expect(await ended(execution)).toEqual({ output: 1 });
      expect(typesOf(execution).filter((type) => type === 'TASK_SCHEDULED')).toHaveLength(1);
    },
  );

  it.each([
    [
      'too much together',
      'PAYLOAD_TOO_LARGE',
      /13 commands.* 2\d{7} bytes, more than the 16777216 .*SET_STATE "k\d+" with 20\d+ bytes.*Await a task or a timer/,
      async (ctx: WorkflowContext) => {
        for (let i = 0; i < 12; i += 1) ctx.set(`k${i}`, 'x'.repeat(2_000_000));
      },
    ],
    [
      'an error as large as a house',
      'PAYLOAD_TOO_LARGE',
      /more than the 16777216/,
      async () => {
        throw new Error('x'.repeat(17_000_000));
      },
    ],
    [
      'what the encoder does not take',
      'INVALID_ARGUMENT',
      /The command SCHEDULE_TASK "echo" cannot be written for the wire/,
      async (ctx: WorkflowContext) => ctx.schedule(echo, 1, { queue: Object.create(null) as never }),
    ],
  ] as const)('that decides %s fails alone; everything else goes on', async (_what, failureType, words, run) => {
    const server = new FakeServer();
    const healthy = workflow<unknown, unknown>({ name: 'healthy', run: async (ctx) => ctx.schedule(echo, 1) });
    for (const isGuess of [false, true]) {
      worker = await aWorker(server, {
        workflows: [
          flow(async (ctx) => {
            if (isGuess) await ctx.schedule(echo, 1);
            return run(ctx);
          }),
          healthy,
        ],
        tasks: [echo],
      });
      const sick = server.start(ID.replace(/.$/, isGuess ? '1' : '2'), 'flow');
      const other = server.start(ID.replace(/.$/, isGuess ? '3' : '4'), 'healthy');
      expect(await ended(sick)).toMatchObject({ failureType, error: expect.stringMatching(words) });
      expect(await ended(other)).toEqual({ output: 1 });
      await worker.stop();
    }
    expect(server.hellos).toHaveLength(2);
  });

  it('tries again after a refusal that is only weather', async () => {
    const server = new FakeServer();
    let refusals = 0;
    server.onItem = (item) => {
      if (item.$case === 'turnCompleted' && ++refusals <= 3) refuse('UNAVAILABLE');
    };
    worker = await aWorker(server, {
      workflows: [flow(async (ctx) => ctx.schedule(echo, 1))],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    expect(await ended(execution)).toEqual({ output: 1 });
  });

  it('F.20 hands back work of kinds it does not have', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { workflows: [flow(async () => 1)] });
    const execution = server.start(ID, 'other');
    server.startTask('task-1', 'unknown');
    server.send('activation', {
      workflowExecutionId: ID,
      claimToken: 'token',
      kind: 'other',
      orgId: 'org',
      queue: 'default',
      afterSequence: 0,
      events: [],
      sequence: 1,
      createdAtMs: 0,
      traceparent: '',
    });
    await until(() => server.received.some(({ $case }) => $case === 'turnReleased'), 'the turn to come back');
    expect(execution.status).toBe('PENDING');
  });

  it('fails a violation of determinism for good', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { workflows: [flow(async (ctx) => ctx.scheduleByName('boil', 0))] });
    const execution = server.start(ID, 'flow');
    await until(() => execution.status === 'WAITING', 'the task to be scheduled');
    await worker.stop();
    worker = await aWorker(server, { workflows: [flow(async (ctx) => ctx.scheduleByName('fry', 0))] });
    server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'wake', signalValue: '1' as never });
    expect(await ended(execution)).toMatchObject({ failureType: 'DETERMINISM_VIOLATION' });
  });

  it('tells hooks about each real transition once', async () => {
    const server = new FakeServer();
    const told: string[] = [];
    const hook = {
      onStarted: (_id: string, kind: string) => told.push(`started ${kind}`),
      onCompleted: (_id: string, kind: string) => told.push(`completed ${kind}`),
      onFailed: (_id: string, kind: string, error: Error) => told.push(`failed ${kind} ${error.message}`),
    };
    const fails = workflow<unknown, unknown>({ name: 'fails', run: async () => Promise.reject(new Error('no')) });
    worker = await aWorker(server, {
      hooks: [hook],
      maxInstances: 1,
      workflows: [flow(async (ctx) => ctx.schedule(echo, 1)), fails],
      tasks: [echo],
    });
    await ended(server.start(ID, 'flow'));
    await ended(server.start(ID.replace(/.$/, '1'), 'fails'));
    await until(() => told.length === 4, 'the hooks');
    expect(told).toEqual(['started flow', 'completed flow', 'started fails', 'failed fails no']);
  });
});

describe('the clock of a workflow on a worker', () => {
  it('shows recorded times only: code that reads it is played again with the true ones', async () => {
    const server = new FakeServer();
    const definition = flow(async (ctx) => {
      const times: number[] = [];
      for (let i = 0; i < 5; i += 1) {
        times.push(ctx.currentTimeMillis());
        await ctx.schedule(echo, i);
      }
      return times;
    });
    worker = await aWorker(server, { workflows: [definition], tasks: [echo] });
    const execution = server.start(ID, 'flow');
    const { output } = (await ended(execution)) as { output: number[] };
    const recorded = execution.facts.filter(({ type }) => type === 'WORKFLOW_STARTED' || type === 'TASK_COMPLETED');
    expect(output).toEqual(recorded.slice(0, 5).map(({ timestampMs }) => timestampMs));
    // Once bitten: only the first result was applied ahead.
    const guesses = server.received.filter(
      (item) => item.$case === 'attemptCompleted' && item.value.speculation !== undefined,
    );
    expect(guesses).toHaveLength(0);
  });
});
