import {
  Duration,
  FlovynClient,
  type FlovynClientOptions,
  type WorkerHandle,
  type WorkerLifecycleEvent,
  task,
  workflow,
} from '@flovyn/sdk';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, devOrg, devUser, devWorker, openHouse } from './support/house.js';

const step = task<number, number>({
  name: 'step',
  async run(_ctx, input) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return input + 1;
  },
});
const climb = workflow<number, number>({
  name: 'climb',
  async run(ctx, steps) {
    let height = 0;
    while (height < steps) height = await ctx.schedule(step, height);
    return height;
  },
});

const LEASE_MS = 2_000;

let house: House;
const clients: FlovynClient[] = [];
beforeAll(async () => {
  house = await openHouse({ environment: { SESSION_LEASE: `${LEASE_MS}ms` } });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});
afterAll(() => house.close());

async function aWorker(
  more: Partial<FlovynClientOptions> = {},
): Promise<{ client: FlovynClient; worker: WorkerHandle }> {
  const client = new FlovynClient({
    serverUrl: house.grpc,
    orgId: devOrg,
    workerToken: devWorker,
    apiKey: devUser,
    httpUrl: house.http,
    taskWorkerOptions: { maxConcurrent: 4 },
    ...more,
  });
  client.registerWorkflow(climb);
  client.registerTask(step);
  clients.push(client);
  await client.start();
  if (client.worker === null) throw new Error('The client has no worker');
  return { client, worker: client.worker };
}

function count(worker: WorkerHandle, name: 'work_received' | 'heartbeat_sent'): () => number {
  let times = 0;
  worker.on(name, () => (times += 1));
  return () => times;
}

function isIdle(worker: WorkerHandle): boolean {
  const { tasksInProgress, workflowsInProgress } = worker.metrics();
  return tasksInProgress === 0 && workflowsInProgress === 0;
}

it('E.7 a worker that is paused under load finishes what it has, takes nothing, stays alive, and goes on', async () => {
  const { client, worker } = await aWorker();
  const received = count(worker, 'work_received');
  const heartbeats = count(worker, 'heartbeat_sent');
  const started = await Promise.all(Array.from({ length: 40 }, () => client.startWorkflow(climb, 5)));
  await eventually('it to be well under way', () => worker.metrics().tasksExecuted > 20);
  await worker.pause('lunch');
  // What is answered after the pause was said has overtaken nothing: all work given before it is here.
  started.push(await client.startWorkflow(climb, 5));
  await eventually('the end of what it has', () => isIdle(worker));
  const [before, sent] = [received(), heartbeats()];
  expect(before).toBeLessThan(200);

  const other = await aWorker();
  expect(await Promise.all(started.map(({ handle }) => handle.result()))).toEqual(started.map(() => 5));
  // Longer than the lease: nobody took it for dead.
  await eventually('its heartbeats', () => heartbeats() >= sent + 6);
  expect(received()).toBe(before);
  expect([worker.status(), worker.isConnected()]).toEqual([{ state: 'paused', reason: 'lunch' }, true]);
  // Whoever waits for a result hears of it over its own session: the word to the worker that made it may come later.
  await eventually('the last word to the other one', () => isIdle(other.worker));
  expect(other.worker.metrics().tasksExecuted + worker.metrics().tasksExecuted).toBe(41 * 5);

  await other.worker.pause('its turn');
  await worker.resume();
  expect(await client.executeWorkflow(climb, 3)).toBe(3);
  expect(worker.isRunning()).toBe(true);
  await expect(worker.resume()).rejects.toMatchObject({ kind: 'invalidState' });
});

it('E.7 a server that is killed and comes back: the worker tells of every step, and goes on', async () => {
  const heard: WorkerLifecycleEvent[] = [];
  const states: string[] = [];
  const { client, worker } = await aWorker({
    reconnection: { type: 'fixed', delay: Duration.milliseconds(100) },
    lifecycleHooks: [
      {
        onEvent: (event) => {
          if (!event.name.startsWith('work_') && !event.name.startsWith('heartbeat_')) heard.push(event);
        },
        onStatusChange: (_before, { state }) => void states.push(state),
      },
    ],
  });
  const { handle } = await client.startWorkflow(climb, 200);
  await eventually('it to be well under way', () => worker.metrics().tasksExecuted > 10);
  const known = worker.serverWorkerId();
  await house.server.end('SIGKILL');
  await eventually('some vain attempts', () => worker.connection().pollFailures > 2);
  expect([worker.isReconnecting(), worker.isConnected()]).toEqual([true, false]);
  expect(worker.status()).toMatchObject({ state: 'reconnecting', attempts: expect.any(Number) as number });
  await house.startServer();
  expect(await handle.result()).toBe(200);

  expect(worker.connection()).toMatchObject({ connected: true, pollFailures: 0 });
  expect(worker.serverWorkerId()).toBe(known);
  await client.stop();
  const attempts = heard.flatMap((event) => (event.name === 'reconnecting' ? [event.attempt] : []));
  expect(attempts).toEqual(attempts.map((_, index) => index));
  expect(attempts.length).toBeGreaterThan(3);
  expect(heard.map(({ name }) => name).filter((name) => name !== 'reconnecting')).toEqual([
    'starting',
    'registered',
    'ready',
    'disconnected',
    'reconnected',
    'shutting_down',
    'stopped',
  ]);
  expect(states).toEqual(['registering', 'running', 'reconnecting', 'running', 'shuttingDown', 'stopped']);
});

it('E.7 a worker that is aborted is missed, and another one finishes what it had', async () => {
  const { client, worker } = await aWorker();
  const { handle } = await client.startWorkflow(climb, 200);
  await eventually('it to be well under way', () => worker.metrics().tasksExecuted > 10);
  const last = worker.subscribe(['stopped']);
  worker.abort();
  expect((await last.next()).value).toMatchObject({ reason: { kind: 'aborted' } });
  const other = await aWorker();
  expect(await other.client.getWorkflowHandle<number>(handle.workflowId).result()).toBe(200);
});
