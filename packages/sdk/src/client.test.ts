import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from '../test/fake-server.js';
import { type RunningServer, serve } from '../test/grpc-server.js';
import { silent } from '../test/recorded-execution.js';
import { until } from '../test/until.js';
import { FlovynClient } from './client.js';
import { Duration } from './duration.js';
import type { FlovynClientOptions } from './client-options.js';
import { AuthenticationError, ConfigurationError, ConnectionError, NotFoundError, WorkflowFailed } from './errors.js';
import { task } from './task.js';
import { workflow } from './workflow.js';
import { WorkflowHandleImpl } from './handles.js';

const UNKNOWN = '550e8400-e29b-41d4-a716-000000000000';
const echo = task({ name: 'echo', run: async (_ctx, input: number) => input });
const double = workflow({ name: 'double', run: async (ctx, input: number) => 2 * (await ctx.schedule(echo, input)) });

let fake: FakeServer;
let server: RunningServer;
let client: FlovynClient;

beforeEach(async () => {
  fake = new FakeServer();
  server = await serve(fake, { refuseToken: 'wrong' });
  client = aClient();
});

afterEach(async () => {
  await client.stop();
  server.close();
});

function aClient(options: Partial<FlovynClientOptions> = {}): FlovynClient {
  return new FlovynClient({
    serverUrl: server.url,
    orgId: 'dev',
    logger: silent,
    workflowWorkerOptions: { logger: silent },
    taskWorkerOptions: { logger: silent },
    ...options,
  });
}

describe('a client', () => {
  it('runs what is registered with it, and follows it to its result', async () => {
    client.registerWorkflow(double);
    client.registerTask(echo);
    await client.start();
    expect(await client.executeWorkflow(double, 21)).toBe(42);
    const { handle } = await client.startWorkflow(double, 4);
    expect(handle).toBeInstanceOf(WorkflowHandleImpl);
    expect(await handle).toBe(8);
    expect(await handle.result()).toBe(8);
    expect(await client.getWorkflowHandle<number>(handle.workflowId)).toBe(8);
  });

  it('with nothing registered starts and follows work of others', async () => {
    await client.start();
    expect(fake.hellos[0]).toMatchObject({ workflowCapacity: 0, taskCapacity: 0 });
    const other = aClient();
    other.registerWorkflow(double);
    other.registerTask(echo);
    const { handle } = await client.startWorkflow(double, 5);
    expect(handle.workflowId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    await client.stop();
    await other.start();
    expect(await other.getWorkflowHandle(handle.workflowId)).toBe(10);
    await other.stop();
  });

  it('takes what runs at a time from its options and the environment', async () => {
    process.env['FLOVYN_MAX_CONCURRENT_TASKS'] = '7';
    try {
      client = aClient({ workflowWorkerOptions: { maxConcurrent: 3 } });
      client.registerWorkflow(double);
      client.registerTask(echo);
      await client.start();
    } finally {
      delete process.env['FLOVYN_MAX_CONCURRENT_TASKS'];
    }
    expect(fake.hellos[0]).toMatchObject({
      workflowCapacity: 3,
      taskCapacity: 7,
      queue: 'default',
      registration: { workerType: 'UNIFIED', workflows: [{ kind: 'double' }], tasks: [{ kind: 'echo' }] },
    });
  });

  it('gives the failure of an execution with its own words', async () => {
    client.registerWorkflow(workflow({ name: 'broken', run: async () => Promise.reject(new Error('no milk today')) }));
    await client.start();
    const failing = client.executeWorkflow({ name: 'broken', run: async () => null }, null);
    await expect(failing).rejects.toThrow('no milk today');
    await expect(failing).rejects.toBeInstanceOf(WorkflowFailed);
  });

  it('F.19 a handle is told of its result, with its types; it does not ask again and again, and passes on every error', async () => {
    const value = { instant: new Date('2026-01-02T03:04:05.000Z'), size: 12n };
    const dated = workflow({ name: 'dated', run: async () => value });
    const offline = workflow({ name: 'offline', run: async () => Promise.reject(new TypeError('fetch failed')) });
    client.registerWorkflow(dated);
    client.registerWorkflow(offline);
    await client.start();
    const { handle } = await client.startWorkflow(dated, null);
    expect(await Promise.all([handle.result(), handle.result(), handle])).toEqual([value, value, value]);
    const { handle: failing } = await client.startWorkflow(offline, null);
    await expect(failing.result()).rejects.toBeInstanceOf(WorkflowFailed);
    await expect(failing.result()).rejects.toThrow('fetch failed');
    expect(fake.received.filter(({ $case }) => $case === 'awaitResult')).toHaveLength(2);
  });

  it('says that there is nothing under an id', async () => {
    await client.start();
    await expect(client.getWorkflowHandle(UNKNOWN).result()).rejects.toThrow(new NotFoundError('workflow', UNKNOWN));
  });

  it('refuses a name where a definition belongs', async () => {
    await client.start();
    const byName = 'double' as unknown as typeof double;
    await expect(client.startWorkflow(byName, 1)).rejects.toThrow(
      new ConfigurationError(
        'A workflow is started by its definition, as workflow() gives it, not by its name, "double"',
      ),
    );
    await expect(client.startTask('echo' as unknown as typeof echo, 1)).rejects.toThrow(ConfigurationError);
    expect(fake.executions.size).toBe(0);
  });

  it('refuses what does not fit its state, in the published words', async () => {
    client.registerWorkflow(double);
    client.registerTask(echo);
    expect(() => client.registerWorkflow(double)).toThrow(new Error('Workflow "double" is already registered'));
    expect(() => client.registerTask(echo)).toThrow(new Error('Task "echo" is already registered'));
    await expect(client.startWorkflow(double, 1)).rejects.toThrow(new Error('Client is not started'));
    await expect(client.signalWorkflow(UNKNOWN, 's', 1)).rejects.toThrow(new Error('Client is not started'));
    expect(() => client.getWorkflowHandle(UNKNOWN)).toThrow(new Error('Client is not started'));
    await client.start();
    await expect(client.start()).rejects.toThrow(new Error('Client is already started'));
    expect(() => client.registerWorkflow({ ...double, name: 'other' })).toThrow(
      new Error('Cannot register workflows after client has started'),
    );
    expect(() => client.registerTask({ ...echo, name: 'other' })).toThrow(
      new Error('Cannot register tasks after client has started'),
    );
  });

  it('can be stopped twice, and started again', async () => {
    client.registerWorkflow(double);
    client.registerTask(echo);
    await client.stop();
    expect(client.isStarted()).toBe(false);
    await client.start();
    expect([client.isStarted(), client.worker?.status().state]).toEqual([true, 'running']);
    await Promise.all([client.stop(), client.stop()]);
    expect([client.isStarted(), client.worker, client.getActiveTaskExecutions()]).toEqual([false, null, 0]);
    await client.start();
    expect(await client.executeWorkflow(double, 1)).toBe(2);
  });

  it('survives a server that goes and comes back', async () => {
    client = aClient({ reconnection: { type: 'custom', nextDelay: () => Duration.milliseconds(5) } });
    client.registerWorkflow(double);
    client.registerTask(echo);
    await client.start();
    fake.restart();
    expect(await client.executeWorkflow(double, 3)).toBe(6);
    await until(() => fake.hellos.length === 2, 'the second hello');
    expect(client.worker?.isRunning()).toBe(true);
  });

  it('pauses and resumes', async () => {
    client.registerWorkflow(double);
    client.registerTask(echo);
    await client.start();
    await client.worker?.pause('lunch');
    expect(client.worker?.status()).toEqual({ state: 'paused', reason: 'lunch' });
    await expect(client.worker?.pause('again')).rejects.toThrow('Cannot pause: the worker is paused');
    const { handle } = await client.startWorkflow(double, 3);
    expect(fake.executions.get(handle.workflowId)?.status).toBe('PENDING');
    await client.worker?.resume();
    expect(await handle).toBe(6);
  });

  it('shows a worker that stopped by itself until it is stopped too, and can be started again', async () => {
    client.registerWorkflow(double);
    client.registerTask(echo);
    await client.start();
    await client.worker?.stop();
    expect([client.isStarted(), client.worker?.status().state]).toEqual([true, 'stopped']);
    await expect(client.startWorkflow(double, 1)).rejects.toMatchObject({ kind: 'notRunning' });
    await client.stop();
    expect([client.isStarted(), client.worker]).toEqual([false, null]);
    await client.start();
    expect(await client.executeWorkflow(double, 1)).toBe(2);
  });

  it('is not started when a lifecycle hook says no', async () => {
    const heard: string[] = [];
    client = aClient({
      lifecycleHooks: [{ onBeforeStart: () => false, onEvent: ({ name }) => void heard.push(name) }],
    });
    await expect(client.start()).rejects.toMatchObject({ name: 'WorkerControlError', kind: 'rejectedByHook' });
    expect([client.isStarted(), client.worker]).toEqual([false, null]);
    await until(() => heard.includes('stopped'), 'the end');
  });

  it('shows its credentials, and says when they are not accepted', async () => {
    client = aClient({ workerToken: 'fwt_1', apiKey: 'flovyn_sk_1' });
    await client.start();
    await client.stop();
    client = aClient({ workerToken: 'wrong' });
    await expect(client.start()).rejects.toBeInstanceOf(AuthenticationError);
    expect(server.tokens).toEqual(['fwt_1', 'wrong']);
    expect(client.isStarted()).toBe(false);
  });

  it('says where it looked for a server that is not there', async () => {
    server.close();
    client = aClient({ reconnection: { type: 'none' } });
    const failure = await client.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect((failure as Error).message).toContain(server.url);
  });

  it('reads addresses, and refuses what is none', () => {
    expect(() => aClient({ serverUrl: 'localhost:9090' })).not.toThrow();
    expect(() => aClient({ serverUrl: 'not a url' })).toThrow(ConfigurationError);
  });

  it('signals, queries and settles by single calls', async () => {
    await client.start();
    expect(await client.signalWorkflow(UNKNOWN, 'say', { when: new Date(0) })).toBe(3);
    expect(await client.getWorkflowHandle(UNKNOWN).query('q')).toEqual({ answer: 42 });
    await client.resolvePromise('promise-id', 1n);
    const { workflowHandle, workflowCreated } = await client.signalWithStartWorkflow(double, 'key', 1, 'say', 'hi');
    expect([workflowHandle.workflowId, workflowCreated]).toEqual(['550e8400-e29b-41d4-a716-446655440000', true]);
    expect(server.calls.map(({ name }) => name)).toEqual([
      'signalWorkflow',
      'queryWorkflow',
      'resolvePromise',
      'signalWithStartWorkflow',
    ]);
    expect(server.calls[2]?.request).toMatchObject({
      promiseId: 'promise-id',
      value: Buffer.from('{"__type":"BigInt","value":"1"}'),
    });
    await expect(client.rejectPromise('promise-id', 'no')).rejects.toThrow(
      'Rejecting promise promise-id failed: not here',
    );
  });
});
