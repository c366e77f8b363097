import { fileURLToPath } from 'node:url';
import { Duration, task, workflow } from '@flovyn/sdk';
import { FlovynTestEnvironment, TestHarness, cleanupTestHarness, getTestHarness } from '@flovyn/sdk/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from './support/conditions.js';

const BIN = fileURLToPath(new URL('../../../apps/server/dist/bin.js', import.meta.url));

const double = task<number, number>({ name: 'double', run: async (_ctx, input) => input * 2 });
const order = workflow<{ amount: number }, { total: number; by: string }>({
  name: 'order',
  async run(ctx, { amount }) {
    const total = await ctx.schedule(double, amount);
    return { total, by: await ctx.promise<string>('approval') };
  },
});
const talk = workflow<null, string[]>({
  name: 'talk',
  async run(ctx) {
    const first = await ctx.waitForSignal<string>('word');
    return [first, await ctx.waitForSignal<string>('word')];
  },
});
const asleep = workflow<null, null>({
  name: 'asleep',
  async run(ctx) {
    await ctx.sleep(Duration.days(1));
    return null;
  },
});

afterAll(() => cleanupTestHarness());

describe('a test environment', () => {
  const environment = new FlovynTestEnvironment().registerWorkflow(order).registerTask(double);
  for (const one of [talk, asleep]) environment.registerWorkflow(one);
  beforeAll(() => environment.start());
  afterAll(() => environment.stop());

  it('D.3 has a queue and an organisation of its own, and is started once', async () => {
    expect(environment.queue).toMatch(/^test-[0-9a-f]{8}$/);
    expect(environment.isStarted).toBe(true);
    const harness = await getTestHarness();
    expect(environment.orgId).toBe(harness.orgId);
    await environment.start();
    expect(environment.client?.isStarted()).toBe(true);
  });

  it('D.3 keeps a promise by its name, also before there is one', async () => {
    const { handle } = await environment.startWorkflow(order, { amount: 21 });
    await environment.resolvePromise(handle, 'approval', 'ada');
    expect(await environment.awaitCompletion(handle)).toEqual({ total: 42, by: 'ada' });
    const { handle: other } = await environment.startWorkflow('order', { amount: 1 });
    await environment.rejectPromise(other, 'approval', 'no');
    await expect(environment.awaitCompletion(other)).rejects.toThrow('no');
  });

  it('D.3 signals, starts by a signal, and finds the same execution by its key', async () => {
    const first = await environment.signalWithStartWorkflow(talk, 'talk:1', null, 'word', 'hello');
    expect(first.workflowCreated).toBe(true);
    expect(await environment.signalWorkflow(first.handle, 'word', 'world')).toBeGreaterThan(0);
    expect(await environment.awaitCompletion(first.handle)).toEqual(['hello', 'world']);
  });

  it('D.3 says when something takes too long, or is unknown', async () => {
    const { handle } = await environment.startWorkflow(asleep, null);
    const late = environment.awaitCompletion(handle, Duration.milliseconds(50));
    await expect(late).rejects.toThrow('Workflow did not complete within 50ms');
    await expect(environment.startWorkflow('nothing', null)).rejects.toThrow('Unknown workflow: nothing');
    await environment.client?.cancelWorkflow(handle.workflowId);
    const idle = new FlovynTestEnvironment();
    await expect(idle.startAndAwait(asleep, null)).rejects.toThrow('Test environment not started. Call start() first.');
    expect([idle.client, idle.isStarted]).toEqual([null, false]);
  });
});

describe('a test harness', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('D.4 uses the server that the environment names and does not end it', async () => {
    const running = await getTestHarness();
    vi.stubEnv('FLOVYN_TEST_HTTP_PORT', String(running.httpPort));
    vi.stubEnv('FLOVYN_TEST_GRPC_PORT', String(running.grpcPort));
    vi.stubEnv('FLOVYN_TEST_API_KEY', running.apiKey);
    vi.stubEnv('FLOVYN_TEST_SERVER_COMMAND', 'false');
    const attached = new TestHarness();
    await attached.start();
    expect([attached.isStarted, attached.httpPort, attached.apiKey]).toEqual([true, running.httpPort, running.apiKey]);
    await attached.stop();
    expect(attached.isStarted).toBe(false);
    const health = await fetch(`http://${running.httpHost}:${running.httpPort}/_/health`);
    expect(health.ok).toBe(true);
  });

  it('D.4 starts the command that the environment names, and ends it', async () => {
    vi.stubEnv('FLOVYN_TEST_SERVER_COMMAND', `${process.execPath} ${BIN}`);
    const harness = new TestHarness({ serverImage: 'ignored' });
    expect([harness.httpHost, harness.httpPort, harness.grpcPort, harness.isStarted]).toEqual([
      'localhost',
      8000,
      9090,
      false,
    ]);
    await Promise.all([harness.start(), harness.start()]);
    const url = `http://${harness.httpHost}:${harness.httpPort}`;
    const orgs = await fetch(`${url}/api/orgs/${harness.orgSlug}/workflow-executions`, {
      headers: { authorization: `Bearer ${harness.apiKey}` },
    });
    expect(orgs.status).toBe(200);
    await harness.stop();
    await eventually('nobody to answer', () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
    await harness.stop();
  });

  it('D.4 shows the last words of a server that does not start', async () => {
    vi.stubEnv('FLOVYN_TEST_SERVER_COMMAND', 'sh -c "echo no such luck >&2; exit 3"');
    const harness = new TestHarness({ healthCheckTimeout: 5_000 });
    await expect(harness.start()).rejects.toThrow('no such luck');
    expect(harness.isStarted).toBe(false);
  });

  it('D.4 refuses a port that is none', () => {
    vi.stubEnv('FLOVYN_TEST_HTTP_PORT', 'http');
    expect(() => new TestHarness()).toThrow('FLOVYN_TEST_HTTP_PORT must be a port from 1 to 65535, not http');
  });
});
