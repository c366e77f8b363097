import type { Json } from '@flovyn/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { aCaller } from '../../../test/a-caller.js';
import { EngineDoors } from '../../../test/engine-doors.js';
import { until } from '../../../test/until.js';
import { Duration } from '../../duration.js';
import { task } from '../../task.js';
import type { WorkflowContext, WorkflowDefinition } from '../../types.js';
import { workflow } from '../../workflow.js';
import type { WorkerLifecycleEvent } from '../lifecycle-events.js';
import type { Worker } from '../worker.js';

const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

const workers: Worker[] = [];
const houses: EngineDoors[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(false)));
  await Promise.all(houses.splice(0).map((house) => house.close()));
});

function aHouse(...settings: ConstructorParameters<typeof EngineDoors>): EngineDoors {
  const house = new EngineDoors(...settings);
  houses.push(house);
  return house;
}

async function aWorker(house: EngineDoors, given: Parameters<typeof aCaller>[1]): Promise<Worker> {
  const worker = await aCaller(house, given);
  workers.push(worker);
  return worker;
}

function flow(run: (ctx: WorkflowContext, input: unknown) => Promise<unknown>): WorkflowDefinition {
  return workflow<unknown, unknown>({ name: 'flow', run });
}

/** The last fact of an execution, once it has ended. */
async function ended(house: EngineDoors, id: Parameters<EngineDoors['history']>[0]): Promise<unknown> {
  let last: { type: string; data: string } | undefined;
  const look = async (): Promise<void> => {
    last = (await house.history(id)).at(-1);
  };
  await look();
  await until(() => {
    void look();
    return /^WORKFLOW_(COMPLETED|EXECUTION_FAILED|CANCELLED)$/.test(last?.type ?? '');
  }, `the end of execution ${id}`);
  return JSON.parse(last?.data ?? '') as unknown;
}

/** Code of tasks that stop until they are let go. */
function heldTasks() {
  const running = new Map<unknown, () => void>();
  const definition = task<unknown, unknown>({
    name: 'held',
    run: async (ctx, input) => {
      await new Promise<void>((resolve) => running.set(input, resolve));
      running.delete(input);
      ctx.checkCancellation();
      return input;
    },
  });
  return { running, definition };
}

describe('a worker that makes single calls', () => {
  it('plays workflows to their end and runs their tasks, with one live instance each', async () => {
    const house = aHouse();
    let runs = 0;
    const steps = flow(async (ctx) => {
      runs += 1;
      const all = await Promise.all(Array.from({ length: 10 }, (_, index) => ctx.schedule(echo, index)));
      for (const step of [1, 2, 3]) all.push(await ctx.schedule(echo, step));
      ctx.set('sum', all.length);
      return [all.length, await ctx.run('once', () => 'done')];
    });
    await aWorker(house, { workflows: [steps], tasks: [echo] });
    const ids = await Promise.all(Array.from({ length: 20 }, () => house.start('flow')));
    for (const id of ids) expect(await ended(house, id)).toMatchObject({ output: [13, 'done'] });
    expect(runs).toBe(20);
    expect((await house.types(ids[0] ?? ('' as never))).filter((type) => type === 'TASK_COMPLETED')).toHaveLength(13);
  });

  it('replays what had to make room for others, and stands where it stood', async () => {
    const house = aHouse();
    let runs = 0;
    const talk = flow(async (ctx) => {
      runs += 1;
      return [await ctx.schedule(echo, 1), await ctx.waitForSignal('go'), await ctx.schedule(echo, 2)];
    });
    await aWorker(house, { workflows: [talk], tasks: [echo], maxInstances: 1 });
    const ids = await Promise.all(Array.from({ length: 5 }, () => house.start('flow')));
    await until(() => house.count('submitWorkflowCommands') === 10, 'all to wait');
    for (const id of ids) {
      await house.signal(id, 'go', id);
      expect(await ended(house, id)).toMatchObject({ output: [1, id, 2] });
    }
    expect(runs).toBeGreaterThanOrEqual(9);
  });

  it('carries signals, promises and children', async () => {
    const house = aHouse();
    const child = workflow<unknown, unknown>({
      name: 'child',
      run: async (ctx, input) => [input, await ctx.waitForSignal('word')],
    });
    const parent = flow(async (ctx) => {
      const started = ctx.scheduleWorkflow(child, 'hello');
      await started.signal('word', 'world');
      return started;
    });
    await aWorker(house, { workflows: [parent, child], tasks: [echo] });
    expect(await ended(house, await house.start('flow'))).toMatchObject({ output: ['hello', 'world'] });
  });

  it('reports failures, and a task that fails is tried again', async () => {
    const house = aHouse();
    const attempts: number[] = [];
    const flaky = task<unknown, unknown>({
      name: 'flaky',
      retry: { maxRetries: 2, initialDelay: Duration.milliseconds(1) },
      run: async (ctx) => {
        attempts.push(ctx.attempt);
        if (ctx.attempt < 3) throw new Error(`failed ${ctx.attempt}`);
        return 'at last';
      },
    });
    const worker = await aWorker(house, { workflows: [flow(async (ctx) => ctx.schedule(flaky, 1))], tasks: [flaky] });
    expect(await ended(house, await house.start('flow'))).toMatchObject({ output: 'at last' });
    expect(attempts).toEqual([1, 2, 3]);
    const id = await house.startTask('flaky', 'null' as Json, 0);
    await until(() => worker.handle.metrics().taskErrors === 3, 'the last failure');
    expect(await house.task(id)).toMatchObject({ status: 'FAILED', error: 'failed 1' });
    expect(worker.handle.metrics()).toMatchObject({ tasksExecuted: 4, workflowsExecuted: 1, workflowErrors: 0 });
  });

  it('shows what tasks show in order, all of it before the end, and keeps their progress and their log', async () => {
    const house = aHouse();
    const words = Array.from({ length: 50 }, (_, index) => `word ${index}`);
    const teller = task<unknown, unknown>({
      name: 'teller',
      run: async (ctx) => {
        for (const word of words) ctx.streamToken(word);
        ctx.reportProgress(0.5, 'half');
        ctx.streamData({ rows: [1] });
        ctx.log.info('told %d', words.length);
        return 'told';
      },
    });
    await aWorker(house, { tasks: [teller] });
    const id = await house.startTask('teller');
    await until(() => house.count('completeTask') === 1, 'the end of the task');
    const order = house.calls.filter((name) => !name.startsWith('poll'));
    expect(order.indexOf('completeTask')).toBeGreaterThan(order.lastIndexOf('streamTaskData'));
    expect(await house.output(id)).toEqual([
      ...words.map((text) => ({ type: 'token', text })),
      { type: 'progress', progress: 0.5, details: 'half' },
      { type: 'data', data: { rows: [1] } },
    ]);
    expect(house.count('logMessage')).toBe(1);
    expect(await house.task(id)).toMatchObject({ progress: 0.5 });
  });

  it('tells a task that was cancelled so at its next sign of life', async () => {
    const house = aHouse();
    const heard: boolean[] = [];
    const patient = task<unknown, unknown>({
      name: 'patient',
      run: async (ctx) => {
        while (!ctx.isCancelled) {
          ctx.heartbeat();
          await new Promise((resolve) => setImmediate(resolve));
        }
        heard.push(true);
        throw ctx.cancellationError();
      },
    });
    const worker = await aWorker(house, { tasks: [patient, echo], maxTasks: 1 });
    const id = await house.startTask('patient');
    await until(() => house.count('heartbeat') > 0, 'the task to run');
    await house.cancelTask(id);
    await until(() => heard.length === 1, 'the task to hear of it');
    // Its place is free again, and its end is nobody's business.
    const next = await house.startTask('echo');
    await until(() => house.count('completeTask') === 1, 'the next task');
    expect([house.count('failTask'), (await house.task(next))?.status]).toEqual([0, 'COMPLETED']);
    expect(worker.handle.metrics().tasksInProgress).toBe(0);
  });

  it('starts executions and awaits their results, also of those that others play', async () => {
    const house = aHouse();
    const worker = await aWorker(house, { workflows: [flow(async (_ctx, input) => input)] });
    const id = '01890000-0000-7000-8000-000000000001';
    const request = {
      orgId: '',
      workflowKind: 'flow',
      input: Buffer.from('7'),
      metadata: {},
      queue: '',
      prioritySeconds: 0,
    };
    const start = { workflowExecutionId: id, request };
    const started = await worker.startWorkflow(start);
    expect(started).toMatchObject({ idempotencyKeyUsed: false, idempotencyKeyNew: true });
    // Said again, it is the same start.
    expect((await worker.startWorkflow(start)).workflowExecutionId).toBe(started.workflowExecutionId);
    expect(await worker.awaitResult(started.workflowExecutionId)).toMatchObject({
      status: 'COMPLETED',
      output: Buffer.from('7'),
    });
    const other = await aWorker(house, { workflows: [] });
    expect(await other.awaitResult(started.workflowExecutionId)).toMatchObject({ status: 'COMPLETED' });
    expect(await other.awaitResult(id)).toMatchObject({ refused: 'NOT_FOUND' });
  });

  it('tells of its life as any worker does, and of conflicts as well', async () => {
    const house = aHouse();
    const heard: WorkerLifecycleEvent[] = [];
    const worker = await aWorker(house, {
      tasks: [echo],
      lifecycleHooks: [{ onEvent: (event) => void heard.push(event) }],
    });
    await house.startTask('echo');
    await until(() => heard.some(({ name }) => name === 'work_completed'), 'the end of the task');
    expect(worker.handle.serverWorkerId()).toBe('worker-1');
    expect(worker.handle.hasConflicts()).toBe(false);
    expect(worker.handle.connection()).toMatchObject({ connected: true, pollFailures: 0, heartbeatFailures: 0 });
    await worker.stop();
    expect(heard.map(({ name }) => name)).toEqual([
      'starting',
      'registered',
      'ready',
      'work_received',
      'work_completed',
      'shutting_down',
      'stopped',
    ]);
  });
});

describe('a worker that makes single calls and is', () => {
  it('stopped finishes what it has, loses nothing that its polls bring meanwhile, and takes nothing more', async () => {
    const house = aHouse();
    const { running, definition } = heldTasks();
    const worker = await aWorker(house, { tasks: [definition], maxTasks: 3 });
    const first = await house.startTask('held', '1' as Json);
    await until(() => running.size === 1, 'the first task');
    const stopping = worker.stop();
    await until(() => worker.handle.isShuttingDown(), 'the stop to begin');
    const late = await house.startTask('held', '2' as Json);
    running.get(1)?.();
    await until(() => running.has(2) || worker.handle.status().state === 'stopped', 'the end, or the late task');
    running.get(2)?.();
    await stopping;
    expect((await house.task(first))?.status).toBe('COMPLETED');
    // Either it came with a poll that was under way, or it went back: in nobody's hands it is not.
    expect(['COMPLETED', 'PENDING']).toContain((await house.task(late))?.status);
    expect([house.underWay.get('pollTask'), house.underWay.get('pollWorkflow') ?? 0]).toEqual([0, 0]);
  });

  it('paused takes no new work, and goes on when it is resumed', async () => {
    const house = aHouse();
    const worker = await aWorker(house, { tasks: [echo] });
    await until(() => house.underWay.get('pollTask') === 1, 'a poll');
    await worker.handle.pause('lunch');
    await until(() => house.underWay.get('pollTask') === 0, 'the end of the poll');
    const id = await house.startTask('echo');
    await new Promise((resolve) => setImmediate(resolve));
    expect([worker.handle.isPaused(), (await house.task(id))?.status]).toEqual([true, 'PENDING']);
    await worker.handle.resume();
    await until(() => house.count('completeTask') === 1, 'the task');
  });

  it('stopped in a hurry hands its tasks back: another attempt may begin at once', async () => {
    const house = aHouse();
    const { running, definition } = heldTasks();
    const worker = await aWorker(house, { tasks: [definition] });
    const id = await house.startTask('held', '1' as Json);
    await until(() => running.size === 1, 'the task');
    await worker.stop(false);
    await until(() => house.count('failTask') === 1, 'the word that it is handed back');
    await until(() => house.underWay.get('failTask') === 0, 'the answer');
    expect(await house.task(id)).toMatchObject({ status: 'PENDING', executionCount: 1 });
    running.get(1)?.();
  });

  it('aborted is missed after its silence, and another one finishes what it had', async () => {
    const house = aHouse({ silence: { heartbeatingMs: 20, silentMs: 20 } });
    const { running, definition } = heldTasks();
    const steps = flow(async (ctx) => ctx.schedule(definition, 1));
    const worker = await aWorker(house, { workflows: [steps], tasks: [definition] });
    const id = await house.start('flow');
    await until(() => running.size === 1, 'the task');
    worker.handle.abort();
    const [letGo] = running.values();
    await aWorker(house, { workflows: [steps], tasks: [definition] });
    await until(() => running.get(1) !== letGo, 'the task to come round again');
    running.get(1)?.();
    expect(await ended(house, id)).toMatchObject({ output: 1 });
    letGo?.();
    expect((await house.types(id)).filter((type) => type === 'TASK_COMPLETED')).toHaveLength(1);
  });
});
