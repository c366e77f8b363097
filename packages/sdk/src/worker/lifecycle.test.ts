import { afterEach, describe, expect, it } from 'vitest';
import { aWorker, newWorker } from '../../test/a-worker.js';
import { FakeServer, type FakeTask, refuse } from '../../test/fake-server.js';
import { until } from '../../test/until.js';
import { Duration } from '../duration.js';
import { task } from '../task.js';
import { workflow } from '../workflow.js';
import { SUBSCRIPTION_BUFFER } from './event-subscription.js';
import { type WorkerLifecycleEvent, isWorkerErrorEvent } from './lifecycle-events.js';
import type { WorkerLifecycleHook } from './lifecycle-hooks.js';
import type { Worker } from './worker.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const TASK = '660e8400-e29b-41d4-a716-446655440000';
const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });
const flow = workflow<unknown, unknown>({ name: 'flow', run: async (ctx) => ctx.schedule(echo, 1) });
const failing = task<unknown, unknown>({
  name: 'failing',
  run: async () => {
    throw new Error('too hot');
  },
});

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop(false);
  worker = undefined;
});

/** A hook that keeps all it hears. */
function ear(more: WorkerLifecycleHook = {}) {
  const heard: WorkerLifecycleEvent[] = [];
  const states: string[] = [];
  const hook: WorkerLifecycleHook = {
    onEvent: (event) => void heard.push(event),
    onStatusChange: (before, after) => void states.push(`${before.state} > ${after.state}`),
    ...more,
  };
  return { hook, heard, states, names: () => heard.map(({ name }) => name) };
}

/** A task that runs until it is let go. */
function aHeldTask() {
  const held = { isRunning: false, letGo: (): void => undefined };
  const definition = task<unknown, string>({
    name: 'held',
    run: async (ctx) => {
      await new Promise<void>((resolve) => {
        held.letGo = resolve;
        held.isRunning = true;
      });
      return ctx.isCancelled ? 'lost' : 'kept';
    },
  });
  return { held, definition };
}

describe('the events of a worker', () => {
  it('come in the normal order, with their members, from its start to its end', async () => {
    const server = new FakeServer();
    const { hook, heard, states } = ear();
    worker = await aWorker(server, { workflows: [flow], tasks: [echo], lifecycleHooks: [hook] });
    const execution = server.start(ID, 'flow');
    await until(() => execution.status === 'COMPLETED', 'the end of the execution');
    await until(() => heard.length === 7, 'the news of all its work');
    await worker.stop();

    const info = worker.handle.registration();
    expect(info).toMatchObject({ workerId: 'worker-1', success: true, workflowKinds: ['flow'], taskKinds: ['echo'] });
    const taskId = [...server.tasks.keys()][0];
    const durationMs = expect.any(Number) as number;
    const [name] = heard.map((event) => (event.name === 'starting' ? event.workerId : ''));
    // Both were confirmed together.
    const ends = heard.splice(5, 2);
    expect(ends).toHaveLength(2);
    expect(ends).toContainEqual({ name: 'work_completed', workType: 'task', executionId: taskId, durationMs });
    expect(ends).toContainEqual({ name: 'work_completed', workType: 'workflow', executionId: ID, durationMs });
    expect(heard).toEqual([
      { name: 'starting', workerId: name, workerName: name },
      { name: 'registered', info },
      { name: 'ready', serverWorkerId: 'worker-1' },
      { name: 'work_received', workType: 'workflow', executionId: ID },
      { name: 'work_received', workType: 'task', executionId: taskId },
      { name: 'shutting_down', graceful: true },
      { name: 'stopped', reason: { kind: 'graceful' }, uptimeMs: worker.handle.metrics().uptimeMs },
    ]);
    expect(states).toEqual([
      'initializing > registering',
      'registering > running',
      'running > shuttingDown',
      'shuttingDown > stopped',
    ]);
  });

  it('tell of a cut and of the return, and the numbers with them', async () => {
    const server = new FakeServer();
    const { hook, heard, states } = ear();
    worker = await aWorker(server, { lifecycleHooks: [hook] });
    server.refusals = 2;
    server.cut();
    await until(() => worker?.handle.isReconnecting() === true, 'the loss');
    expect(worker.handle.isConnected()).toBe(false);
    expect(worker.handle.connection()).toMatchObject({ connected: false, reconnectAttempt: 0 });
    await until(() => worker?.handle.isRunning() === true, 'the return');
    await until(() => heard.at(-1)?.name === 'reconnected', 'the news of it');
    expect(heard.slice(3)).toEqual([
      { name: 'disconnected', error: 'The connection was cut' },
      { name: 'reconnecting', attempt: 0 },
      { name: 'reconnecting', attempt: 1 },
      { name: 'reconnecting', attempt: 2 },
      { name: 'reconnected' },
    ]);
    expect(states.slice(2)).toEqual(['running > reconnecting', 'reconnecting > running']);
    expect(worker.handle.connection()).toMatchObject({ connected: true, pollFailures: 0, heartbeatFailures: 0 });
    expect(worker.handle.connection().reconnectAttempt).toBeUndefined();
  });

  it('tell of heartbeats that are sent, and of those that nobody answers', async () => {
    const server = new FakeServer();
    server.heartbeatMs = 100;
    worker = await aWorker(server, {});
    const failures: number[] = [];
    let sent = 0;
    worker.handle.on('heartbeat_sent', () => (sent += 1));
    worker.handle.on('heartbeat_failed', ({ consecutiveFailures }) => failures.push(consecutiveFailures));
    await until(() => sent > 1, 'two heartbeats');
    expect(failures).toEqual([]);
    server.isFrozen = true;
    await until(() => failures.length > 1, 'two missed ones');
    expect(failures.slice(0, 2)).toEqual([1, 2]);
    expect(worker.handle.connection().heartbeatFailures).toBe(failures.length);
    sent = 0;
    server.thaw();
    await until(() => sent > 0, 'the next one');
    expect(worker.handle.connection().heartbeatFailures).toBe(0);
    expect(worker.handle.timeSinceHeartbeat()?.toMilliseconds()).toBeLessThan(15_000);
    expect(worker.handle.timeSincePoll()?.toMilliseconds()).toBeLessThan(15_000);
  });

  it('reach nobody who has left, and no listener that throws harms the others', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [failing] });
    const heard: string[] = [];
    worker.handle.on('work_failed', () => {
      throw new Error('a bad listener');
    });
    const stopListening = worker.handle.on('work_received', () => heard.push('received'));
    worker.handle.on('work_failed', ({ error }) => heard.push(error));
    stopListening();
    server.startTask(TASK, 'failing', undefined, 0);
    await until(() => heard.length > 0, 'the failure');
    expect(heard).toEqual(['too hot']);
  });

  it('can be read one by one: filtered, from now on, until the end', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [echo, failing] });
    const errors = worker.handle.subscribe(isWorkerErrorEvent);
    const some = worker.handle.subscribe(['paused', 'stopped']);
    server.startTask(TASK, 'failing', undefined, 0);
    await worker.handle.pause('lunch');
    await until(() => worker?.handle.metrics().taskErrors === 1, 'the failure');
    await worker.stop();
    const read: WorkerLifecycleEvent[] = [];
    for await (const event of some) read.push(event);
    for await (const event of errors) read.push(event);
    expect(read.map(({ name }) => name)).toEqual(['paused', 'stopped', 'work_failed']);
    for await (const event of worker.handle.subscribe()) read.push(event);
    expect(read).toHaveLength(3);
  });

  it('that a slow reader has not read are dropped from the oldest', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {});
    const slow = worker.handle.subscribe();
    for (let i = 0; i < SUBSCRIPTION_BUFFER; i += 1) {
      await worker.handle.pause(String(i));
      await worker.handle.resume();
    }
    expect(slow.dropped).toBe(SUBSCRIPTION_BUFFER);
    expect((await slow.next()).value).toEqual({ name: 'paused', reason: String(SUBSCRIPTION_BUFFER / 2) });
    slow.close();
    expect(await slow.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the numbers of a worker', () => {
  it('count what failed as done, as an error, and in the average', async () => {
    const server = new FakeServer();
    const both = workflow<unknown, unknown>({ name: 'both', run: async (ctx) => ctx.scheduleByName('failing', 1) });
    worker = await aWorker(server, { workflows: [flow, both], tasks: [echo, failing] });
    expect(worker.handle.metrics()).toMatchObject({ tasksExecuted: 0, avgTaskDurationMs: 0 });
    const good = server.start(ID, 'flow');
    const bad = server.start(ID.replace('55', '66'), 'both');
    await until(() => good.status === 'COMPLETED' && bad.status === 'FAILED', 'both ends');
    await until(() => {
      const { workflowsExecuted, tasksExecuted } = worker?.handle.metrics() ?? {};
      return workflowsExecuted === 2 && tasksExecuted === 5;
    }, 'the last answer');
    const metrics = worker.handle.metrics();
    expect(metrics).toMatchObject({ workflowsExecuted: 2, workflowErrors: 1, tasksExecuted: 5, taskErrors: 4 });
    expect(metrics).toMatchObject({ workflowsInProgress: 0, tasksInProgress: 0 });
    expect(metrics.avgWorkflowDurationMs).toBeGreaterThan(0);
    expect(metrics.avgTaskDurationMs).toBeGreaterThan(0);
    expect(worker.handle.uptime().toMilliseconds()).toBeGreaterThanOrEqual(metrics.uptimeMs);
    expect([worker.handle.hasConflicts(), worker.handle.serverWorkerId()]).toEqual([false, 'worker-1']);
  });

  it('count an end when the server has said that it is stored, and once, when that word was lost at first', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [echo] });
    const said: unknown[] = [];
    worker.handle.on('work_completed', ({ executionId }) => said.push(executionId));
    server.onItem = (item) => {
      if (item.$case !== 'attemptCompleted') return;
      server.onItem = undefined;
      server.refusals = 1;
      // The end is stored in this turn; its answer would leave in the next one.
      queueMicrotask(() => server.cut());
    };
    const fake = server.startTask(TASK, 'echo');
    await until(() => fake.status === 'ENDED', 'the end to be stored');
    expect(worker.handle.metrics()).toMatchObject({ tasksExecuted: 0, tasksInProgress: 1 });
    await until(() => worker?.handle.metrics().tasksInProgress === 0, 'the answer');
    expect(worker.handle.metrics()).toMatchObject({ tasksExecuted: 1, taskErrors: 0 });
    await until(() => said.length > 0, 'the news');
    expect([said, server.hellos.length]).toEqual([[TASK], 2]);
  });

  it('do not count an attempt that was lost, nor one that is handed back', async () => {
    const server = new FakeServer();
    const { held, definition } = aHeldTask();
    worker = await aWorker(server, { tasks: [echo, definition] });
    server.onItem = (item) => {
      if (item.$case === 'attemptCompleted') refuse('LEASE_LOST');
    };
    server.startTask(TASK, 'echo');
    await until(() => server.received.at(-1)?.$case === 'attemptCompleted', 'the end to be refused');
    await until(() => worker?.handle.metrics().tasksInProgress === 0, 'the answer');
    server.startTask(TASK.replace('66', '77'), 'held');
    await until(() => held.isRunning, 'the task');
    await worker.handle.stop({ graceful: false });
    expect(worker.handle.metrics()).toMatchObject({ tasksExecuted: 0, tasksInProgress: 0 });
    held.letGo();
  });

  it('count an attempt as what the server took it for: one whose output it could not take has failed', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [echo] });
    const failures: string[] = [];
    worker.handle.on('work_failed', ({ error }) => failures.push(error));
    server.onItem = (item) => {
      if (item.$case === 'attemptCompleted') refuse('PAYLOAD_TOO_LARGE', 'too large');
    };
    server.startTask(TASK, 'echo', undefined, 0);
    await until(() => failures.length > 0, 'the news');
    expect(failures).toEqual(['The output of the task was refused (PAYLOAD_TOO_LARGE): too large']);
    expect(worker.handle.metrics()).toMatchObject({ tasksExecuted: 1, taskErrors: 1, tasksInProgress: 0 });
  });
});

describe('a pause', () => {
  it('takes no new work, also after a cut, and lets go on what is in progress', async () => {
    const server = new FakeServer();
    const { held, definition } = aHeldTask();
    worker = await aWorker(server, { tasks: [definition, echo] });
    const first = server.startTask(TASK, 'held');
    await until(() => held.isRunning, 'the task');
    await worker.handle.pause('lunch');
    expect(worker.handle.status()).toEqual({ state: 'paused', reason: 'lunch' });
    await until(() => server.received.at(-1)?.$case === 'capacity', 'the word to the server');
    const second = server.startTask(TASK.replace('66', '77'), 'echo');
    server.cut();
    await until(() => server.hellos.length === 2, 'the second hello');
    expect(server.hellos[1]).toMatchObject({ workflowCapacity: 0, taskCapacity: 0 });
    expect(worker.handle.isPaused()).toBe(true);
    held.letGo();
    await until(() => first.status === 'ENDED', 'the end of the task');
    expect([second.status, first.attempt]).toEqual(['PENDING', 1]);
    await worker.handle.resume();
    await until(() => second.status === 'ENDED', 'the end of the other one');
  });

  it('during a cut is kept when the connection comes back; resuming during one says it is apart', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { reconnection: { type: 'fixed', delay: Duration.milliseconds(20) } });
    server.refusals = Infinity;
    server.cut();
    await until(() => worker?.handle.isReconnecting() === true, 'the loss');
    await worker.handle.pause('storm');
    await worker.handle.resume();
    expect(worker.handle.status()).toMatchObject({ state: 'reconnecting' });
    await worker.handle.pause('storm');
    server.refusals = 0;
    await until(() => worker?.handle.isConnected() === true, 'the return');
    expect(worker.handle.isPaused()).toBe(true);
  });

  it('that comes between the hello and the welcome reaches the server all the same', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [echo] });
    let pausing: Promise<void> | undefined;
    worker.handle.on('reconnecting', () => {
      // The hello leaves in the same turn as this news, before the microtask.
      queueMicrotask(() => {
        pausing = worker?.handle.pause('lunch');
      });
    });
    server.cut();
    await until(() => worker?.handle.isConnected() === true && worker.handle.isPaused(), 'the return');
    await pausing;
    expect(server.hellos[1]).toMatchObject({ taskCapacity: 1_000 });
    await until(() => server.received.at(-1)?.$case === 'capacity', 'the word to the server');
    expect(server.received.at(-1)?.value).toMatchObject({ workflowCapacity: 0, taskCapacity: 0 });
  });

  it('is refused twice, and by a hook; a hook that throws allows it', async () => {
    const server = new FakeServer();
    const order: string[] = [];
    let isAllowed = false;
    worker = await aWorker(server, {
      lifecycleHooks: [
        {
          onPauseRequested: () => {
            order.push('first');
            throw new Error('a bad hook');
          },
        },
        {
          onPauseRequested: async (reason) => {
            order.push(`second: ${reason}`);
            return isAllowed;
          },
          onResumeRequested: () => false,
        },
      ],
    });
    await expect(worker.handle.resume()).rejects.toMatchObject({ kind: 'invalidState' });
    await expect(worker.handle.pause('a')).rejects.toMatchObject({ kind: 'rejectedByHook' });
    isAllowed = true;
    await worker.handle.pause('b');
    await expect(worker.handle.pause('c')).rejects.toMatchObject({ kind: 'invalidState' });
    await expect(worker.handle.resume()).rejects.toMatchObject({ kind: 'rejectedByHook' });
    expect(order).toEqual(['first', 'second: a', 'first', 'second: b']);
    await worker.stop();
    await expect(worker.handle.pause('d')).rejects.toMatchObject({ kind: 'notRunning' });
  });
});

describe('the end', () => {
  it('waits for work in progress and shows how much there is', async () => {
    const server = new FakeServer();
    const { held, definition } = aHeldTask();
    const graceful: boolean[] = [];
    worker = await aWorker(server, {
      tasks: [definition],
      lifecycleHooks: [{ onBeforeStop: (isGraceful) => void graceful.push(isGraceful) }],
    });
    const running = server.startTask(TASK, 'held');
    await until(() => held.isRunning, 'the task');
    const stopping = worker.handle.stop();
    await until(() => worker?.handle.isShuttingDown() === true, 'the state');
    expect(worker.handle.status()).toMatchObject({ inFlightCount: 1 });
    await expect(worker.handle.pause('now?')).rejects.toMatchObject({ kind: 'shuttingDown' });
    await expect(worker.handle.awaitReady()).rejects.toMatchObject({ kind: 'shuttingDown' });
    held.letGo();
    await stopping;
    expect(running.status).toBe('ENDED');
    expect(worker.handle.status()).toMatchObject({ reason: { kind: 'graceful' } });
    await worker.handle.stop();
    expect(graceful).toEqual([true]);
  });

  it('waits for work that was on its way when the stop began', async () => {
    const server = new FakeServer();
    const { held, definition } = aHeldTask();
    worker = await aWorker(server, { tasks: [definition] });
    let late: FakeTask | undefined;
    server.onItem = ({ $case }) => {
      // Handed over before the server reads that it should not.
      if ($case === 'capacity') late ??= server.startTask(TASK, 'held');
    };
    const stopping = worker.handle.stop();
    await until(() => held.isRunning, 'the late task');
    held.letGo();
    await stopping;
    expect(late?.status).toBe('ENDED');
  });

  it('is not held up by a server that says nothing', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [echo] });
    server.isFrozen = true;
    await worker.handle.stop();
    expect(worker.handle.status()).toMatchObject({ reason: { kind: 'graceful' } });
  });

  it('at once hands back what is in progress, and hurries a stop under way', async () => {
    const server = new FakeServer();
    const { held, definition } = aHeldTask();
    worker = await aWorker(server, { tasks: [definition] });
    const running = server.startTask(TASK, 'held');
    await until(() => held.isRunning, 'the task');
    const stopping = worker.handle.stop();
    await worker.handle.stop({ graceful: false });
    await stopping;
    expect(worker.handle.status()).toMatchObject({ state: 'stopped', reason: { kind: 'immediate' } });
    await until(() => running.status === 'PENDING', 'the task to be handed back');
    held.letGo();
  });

  it('by abort says nothing to the server, and everybody else hears it', async () => {
    const server = new FakeServer();
    const { held, definition } = aHeldTask();
    worker = await aWorker(server, { tasks: [definition] });
    const running = server.startTask(TASK, 'held');
    await until(() => held.isRunning, 'the task');
    server.isFrozen = true;
    const waiting = worker.awaitResult(ID);
    const starting = worker.startWorkflow({ workflowExecutionId: ID, request: undefined });
    const stopped: WorkerLifecycleEvent[] = [];
    worker.handle.on('stopped', (event) => stopped.push(event));
    worker.handle.abort();
    await expect(waiting).rejects.toThrow('Client is not started');
    await expect(starting).rejects.toThrow('Client is not started');
    expect(() => worker?.awaitResult(ID)).toThrow('Cannot wait for a workflow: the worker has stopped');
    expect(stopped).toMatchObject([{ reason: { kind: 'aborted' } }]);
    held.letGo();
    await new Promise((resolve) => setImmediate(resolve));
    expect(running.status).toBe('RUNNING');
    expect(server.received.map(({ $case }) => $case)).not.toContain('attemptReleased');
  });
});

describe('the start', () => {
  it('is prevented by a hook that says no, and by no hook that throws', async () => {
    const server = new FakeServer();
    const { hook, heard } = ear({ onBeforeStart: async () => false });
    const prevented = newWorker(server, { lifecycleHooks: [hook] });
    await expect(prevented.start()).rejects.toMatchObject({ kind: 'rejectedByHook' });
    expect([server.hellos.length, prevented.handle.status().state]).toEqual([0, 'stopped']);
    await until(() => heard.length > 0, 'the news');
    expect(heard).toMatchObject([{ name: 'stopped', uptimeMs: 0 }]);
    worker = await aWorker(server, {
      lifecycleHooks: [{ onBeforeStart: () => Promise.reject(new Error('a bad hook')) }],
    });
    expect(worker.handle.isRunning()).toBe(true);
  });

  it('can be awaited, for a limited time too', async () => {
    const server = new FakeServer();
    server.refusals = Infinity;
    const failures: unknown[] = [];
    worker = newWorker(server, {});
    worker.handle.on('registration_failed', (event) => failures.push(event));
    expect(worker.handle.registration()).toBeNull();
    expect([worker.handle.timeSinceHeartbeat(), worker.handle.timeSincePoll()]).toEqual([null, null]);
    const starting = worker.start();
    await expect(worker.handle.awaitReady({ timeout: Duration.milliseconds(5) })).rejects.toMatchObject({
      kind: 'timeout',
    });
    await expect(worker.handle.pause('so soon')).rejects.toMatchObject({ kind: 'notRunning' });
    const ready = worker.handle.awaitReady();
    await until(() => failures.length > 1, 'two attempts');
    expect(failures[0]).toEqual({ name: 'registration_failed', error: 'Nobody is there', willRetry: true });
    server.refusals = 0;
    await Promise.all([starting, ready]);
    await worker.handle.awaitReady();
  });

  it('that fails says so to whoever waits for it', async () => {
    const server = new FakeServer();
    server.refusals = Infinity;
    worker = newWorker(server, { reconnection: { type: 'none' } });
    const ready = worker.handle.awaitReady();
    const starting = worker.start();
    await expect(ready).rejects.toMatchObject({ kind: 'serverError' });
    await expect(starting).rejects.toThrow('Nobody is there');
    await expect(worker.handle.awaitReady()).rejects.toMatchObject({ kind: 'serverError' });
  });

  it('that is stopped before it was ready fails, and leaves no connection', async () => {
    const server = new FakeServer();
    server.refusals = Infinity;
    worker = newWorker(server, {});
    const starting = worker.start();
    const stopped = worker.stop();
    await expect(starting).rejects.toMatchObject({ kind: 'shuttingDown' });
    await stopped;
    expect(server.isConnected).toBe(false);
  });
});

describe('the way back', () => {
  it('is told to a strategy of the owner; one that throws ends the worker', async () => {
    const server = new FakeServer();
    const told: string[] = [];
    let isTired = false;
    worker = await aWorker(server, {
      reconnection: {
        type: 'custom',
        nextDelay: (attempt, { message }) => {
          told.push(`${attempt} ${message}`);
          if (isTired) throw new Error('tired');
          return Duration.milliseconds(1);
        },
        onReconnected: () => told.push('reconnected'),
        reset: () => told.push('reset'),
      },
    });
    server.refusals = 1;
    server.cut();
    await until(() => told.includes('reset'), 'the return');
    expect(told).toEqual(['0 The connection was cut', '1 Nobody is there', 'reconnected', 'reset']);
    isTired = true;
    server.cut();
    await until(() => worker?.handle.status().state === 'stopped', 'the end');
    expect(worker.handle.status()).toMatchObject({ reason: { kind: 'error', message: 'tired' } });
  });

  it('has an end when the strategy has one', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      reconnection: { type: 'fixed', delay: Duration.milliseconds(1), maxAttempts: 2 },
    });
    const attempts: number[] = [];
    worker.handle.on('reconnecting', ({ attempt }) => attempts.push(attempt));
    server.refusals = Infinity;
    server.cut();
    await until(() => worker?.handle.status().state === 'stopped', 'the end');
    expect(attempts).toEqual([0, 1, 2]);
    expect(worker.handle.connection()).toMatchObject({ connected: false, pollFailures: 3 });
  });
});
