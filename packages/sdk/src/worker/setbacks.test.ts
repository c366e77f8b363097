import { afterEach, describe, expect, it } from 'vitest';
import { aWorker } from '../../test/a-worker.js';
import { type FakeExecution, FakeServer, hasEnded, refuse } from '../../test/fake-server.js';
import { silent } from '../../test/recorded-execution.js';
import { until } from '../../test/until.js';
import { task } from '../task.js';
import type { WorkflowContext } from '../types.js';
import { workflow } from '../workflow.js';
import type { WorkerLifecycleEventOf } from './lifecycle-events.js';
import type { Worker } from './worker.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const TASK = '660e8400-e29b-41d4-a716-446655440000';

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop(false);
  worker = undefined;
});

/** A worker with one workflow and a task that counts how often its code ran. */
async function aHouse(
  server: FakeServer,
  run: (ctx: WorkflowContext) => Promise<unknown> = (ctx) => ctx.scheduleByName('count', 1),
) {
  const made = { runs: 0, errors: [] as string[], failed: [] as WorkerLifecycleEventOf<'work_failed'>[] };
  const count = task<unknown, unknown>({
    name: 'count',
    run: async (_ctx, input) => {
      made.runs += 1;
      return input;
    },
  });
  worker = await aWorker(server, {
    workflows: [workflow<unknown, unknown>({ name: 'flow', run })],
    tasks: [count],
    logger: { ...silent, error: (line: string) => void made.errors.push(line) },
    lifecycleHooks: [{ onEvent: (event) => void (event.name === 'work_failed' && made.failed.push(event)) }],
  });
  const { handle } = worker;
  return { made, metrics: () => handle.metrics() };
}

async function endOf(execution: FakeExecution): Promise<unknown> {
  await until(() => hasEnded(execution), 'the end of the execution');
  return JSON.parse(execution.facts.at(-1)?.data ?? '{}');
}

/** Refuses items of a kind from the `first` one on, so many times. */
function refuseSome(server: FakeServer, kind: string, code: string, first: number, times: number): void {
  let seen = 0;
  server.onItem = (item) => {
    if (item.$case !== kind) return;
    seen += 1;
    if (seen >= first && seen < first + times) refuse(code, 'for this reason');
  };
}

describe('a server that fails at what it is told', () => {
  it.each([
    ['claimed', 1],
    ['guessed', 2],
  ] as const)('hears a %s turn again, the same one, until it is stored; every time is seen', async (_what, first) => {
    const server = new FakeServer();
    const { made, metrics } = await aHouse(server);
    refuseSome(server, 'turnCompleted', 'INTERNAL', first, 3);
    const execution = server.start(ID, 'flow');
    expect(await endOf(execution)).toEqual({ output: 1 });
    await until(() => metrics().workflowsExecuted === 1, 'the last answer');

    const turns = server.received.flatMap((item) => (item.$case === 'turnCompleted' ? [item.value.turnId] : []));
    expect([turns.length, new Set(turns).size]).toEqual([5, 2]);
    expect(execution.facts.filter(({ type }) => type === 'TASK_SCHEDULED')).toHaveLength(1);
    expect(made.runs).toBe(1);
    expect(made.errors).toHaveLength(3);
    for (const line of made.errors) expect(line).toMatch(new RegExp(`"flow" \\(${ID}\\): .*INTERNAL.*for this reason`));
    expect(made.failed).toMatchObject([1, 2, 3].map(() => ({ workType: 'workflow', executionId: ID })));
    expect(metrics()).toMatchObject({ workflowErrors: 3, workflowsExecuted: 1, workflowsInProgress: 0 });
  });

  it.each(['INTERNAL', 'ABORTED'])(
    'hears the end of an attempt again after %s: what was done is not lost',
    async (code) => {
      const server = new FakeServer();
      const { made, metrics } = await aHouse(server);
      refuseSome(server, 'attemptCompleted', code, 1, 2);
      expect(await endOf(server.start(ID, 'flow'))).toEqual({ output: 1 });
      const alone = server.startTask(TASK, 'count');
      refuseSome(server, 'attemptCompleted', code, 1, 2);
      await until(() => alone.status === 'ENDED', 'the end of the task');
      await until(() => metrics().tasksExecuted === 2, 'the last answer');
      expect(alone.ending).toBe('TASK_COMPLETED');
      expect(made.runs).toBe(2);
      expect(made.failed).toMatchObject([1, 2, 3, 4].map(() => ({ workType: 'task' })));
      expect(metrics()).toMatchObject({ taskErrors: 4, tasksInProgress: 0 });
    },
  );

  it('is asked again for a history', async () => {
    const server = new FakeServer();
    server.pageSize = 2;
    const run = async (ctx: WorkflowContext): Promise<string> => {
      for (let i = 0; i < 3; i += 1) await ctx.scheduleByName('count', i);
      await ctx.scheduleByName('nobodys', 0);
      return 'never';
    };
    await aHouse(server, run);
    const execution = server.start(ID, 'flow');
    await until(() => execution.facts.at(-2)?.data.includes('nobodys') === true, 'some history');
    await worker?.stop();
    const { made, metrics } = await aHouse(server, run);
    refuseSome(server, 'historyWanted', 'INTERNAL', 1, 2);
    server.happen(execution, { type: 'SIGNAL_RECEIVED', signalName: 'wake', signalValue: '1' as never });
    await until(() => execution.status === 'WAITING', 'the turn');
    expect(made.runs).toBe(0);
    expect(made.errors[0]).toContain(`history of workflow "flow" (${ID}): the server could not take it (INTERNAL)`);
    expect([made.errors.length, metrics().workflowErrors]).toEqual([2, 2]);
  });

  it('is told again what is handed back', async () => {
    const server = new FakeServer();
    const { made } = await aHouse(server);
    refuseSome(server, 'turnReleased', 'INTERNAL', 1, 1);
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
    const released = (): number => server.received.filter(({ $case }) => $case === 'turnReleased').length;
    await until(() => released() === 2, 'the second time');
    expect(made.errors).toEqual([expect.stringContaining(`The return of a turn of workflow "other" (${ID})`)]);
  });

  it('that cannot even take the failure of a turn hears it again', async () => {
    const server = new FakeServer();
    await aHouse(server);
    refuseSome(server, 'turnCompleted', 'INVALID_ARGUMENT', 1, 3);
    expect(await endOf(server.start(ID, 'flow'))).toMatchObject({ failureType: 'INVALID_ARGUMENT' });
  });

  it('gets its work back when the worker stops in the middle of it', async () => {
    const server = new FakeServer();
    const { made } = await aHouse(server);
    refuseSome(server, 'turnCompleted', 'INTERNAL', 1, Infinity);
    const execution = server.start(ID, 'flow');
    await until(() => made.failed.length > 0, 'the first refusal');
    expect(worker?.handle.metrics().workflowsInProgress).toBe(1);
    await worker?.stop(false);
    expect([execution.status, execution.facts.length]).toEqual(['RUNNING', 1]);
    expect(server.isConnected).toBe(false);
  });
});

describe('a turn that cannot be played', () => {
  it('is kept for longer and longer before it is handed back, and everybody can see it', async () => {
    const server = new FakeServer();
    const { made } = await aHouse(server);
    const execution = server.start(ID, 'flow');
    await until(() => execution.facts.length > 1, 'some history');
    await worker?.stop(false);
    execution.facts.push({ sequence: execution.facts.length + 1, type: 'SIGNAL_RECEIVED', data: '{', timestampMs: 1 });
    server.takeAway(execution);
    const { made: again, metrics: numbers } = await aHouse(server);
    await until(() => again.failed.length === 4, 'four tries');
    expect([made.failed.length, numbers().workflowErrors]).toEqual([0, 4]);
    expect(again.failed[0]).toMatchObject({ workType: 'workflow', executionId: ID });
    const rests = again.errors.map((line) => Number(/\((.+)\) could not be played. .* in (\d+) ms/.exec(line)?.[2]));
    rests.forEach((rest, index) => {
      expect(rest).toBeGreaterThanOrEqual(125 * 2 ** index);
      expect(rest).toBeLessThanOrEqual(250 * 2 ** index);
    });
  });
});
