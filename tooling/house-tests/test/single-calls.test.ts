import { FlovynClient, task, workflow } from '@flovyn/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Narration, wordOf } from '../src/kinds/index.js';
import { eventually } from './support/conditions.js';
import { executionsOf } from './support/executions.js';
import { type House, devOrg, devUser, devWorker, openHouse } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { expectSoundHistory, expectWhole, outputOf, tokensOf, wordsOf } from './support/story.js';
import { type Told, beginTelling, expectSurvived } from './support/survival.js';

// Our own worker against a server that knows no sessions: what is different from one that does.

let house: House;
const clients: FlovynClient[] = [];
beforeAll(async () => {
  house = await openHouse({ line: 'single calls' });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
  await house.endWorkers();
});
afterAll(() => house.close());

/** Longer than the minute after which a silent worker is given up. */
const PATIENCE_MS = 150_000;

function ended(id: string) {
  return eventually(
    `the end of ${id}`,
    async () => {
      const execution = await house.client.workflows.get(id);
      return execution.completedAt != null && execution;
    },
    PATIENCE_MS,
  );
}

/** The words of each task in the order they were shown: all of them, at most one said twice where the line was cut. */
async function expectTold({ id, finish }: Told, cuts: number): Promise<void> {
  finish();
  expect(await ended(id)).toMatchObject({ status: 'COMPLETED', output: 'ab' });
  await expectSoundHistory(house.client, id, 2);
  const { entries } = await readStream(`${house.org}/workflow-executions/${id}/stream`);
  expectWhole(entries);
  const { tasks } = await house.client.workflows.tasks(id);
  for (const { id: taskId, input, executionCount } of tasks) {
    const { name, tokens } = input as Narration;
    const told = tokensOf(outputOf(entries, taskId, executionCount));
    const once = told.filter((word, index) => word !== told[index - 1]);
    expect(once).toEqual(Array.from({ length: tokens }, (_, index) => wordOf(name, index + 1)));
    expect(told.length - once.length).toBeLessThanOrEqual(cuts);
  }
}

describe('a worker that makes single calls', () => {
  it('streams in order, all of it before the end of the task', async () => {
    await house.startWorker();
    const told = await beginTelling(house);
    const { log, attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
    expect(wordsOf(log).lastIndexOf('token')).toBeLessThan(wordsOf(log).lastIndexOf('TASK_COMPLETED'));
  });

  it('that is asked to stop finishes what it holds first', async () => {
    const worker = await house.startWorker();
    const told = await beginTelling(house);
    const stopping = worker.end('SIGTERM');
    await house.startWorker();
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
    expect(await stopping).toBe(0);
  });

  it(
    'R08 that is killed in the middle of its work is replaced by the next one',
    async () => {
      const worker = await house.startWorker();
      const gate = house.gate();
      const input = { tokens: 30, paceMs: 1, gate: gate.path };
      const { id } = await house.client.workflows.start({ kind: 'narrate-together', input });
      await eventually('both tasks to run', async () => {
        const { tasks } = await house.client.workflows.tasks(id);
        return tasks.length === 2 && tasks.every(({ status }) => status === 'RUNNING');
      });
      await worker.end('SIGKILL');
      await house.startWorker();
      gate.open();
      expect(await ended(id)).toMatchObject({ status: 'COMPLETED', output: 'ab' });
      await expectSoundHistory(house.client, id, 2);
      const { tasks } = await house.client.workflows.tasks(id);
      expect(tasks.map(({ executionCount }) => executionCount)).toEqual([2, 2]);
    },
    PATIENCE_MS + 30_000,
  );

  it('R04 keeps its work over the death of the server, and nothing it has shown is missing', async () => {
    await house.startWorker();
    const told = await beginTelling(house);
    await house.server.end('SIGKILL');
    await house.startServer();
    await expectTold(told, 2);
    const { tasks } = await house.client.workflows.tasks(told.id);
    expect(tasks.map(({ executionCount }) => executionCount)).toEqual([1, 1]);
  });
});

/** A worker of this very process. */
async function ownWorker(register: (client: FlovynClient) => void, queue: string): Promise<FlovynClient> {
  const client = new FlovynClient({
    serverUrl: house.grpc,
    httpUrl: house.http,
    orgId: devOrg,
    orgSlug: 'dev',
    workerToken: devWorker,
    apiKey: devUser,
    queue,
  });
  register(client);
  clients.push(client);
  await client.start();
  return client;
}

describe('a cancellation', () => {
  it('ends a waiting workflow at once, without its code, and its task hears of it within seconds', async () => {
    const seen: string[] = [];
    const endless = task<unknown, unknown>({
      name: 'endless',
      run: async (ctx) => {
        seen.push('begun');
        while (!ctx.isCancelled) await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push('stopped');
        throw ctx.cancellationError();
      },
    });
    const careful = workflow<unknown, unknown>({
      name: 'careful',
      run: async (ctx) =>
        ctx
          .schedule(endless, {})
          .result()
          .catch(() => seen.push('tidied up')),
    });
    const client = await ownWorker((worker) => {
      worker.registerWorkflow(careful);
      worker.registerTask(endless);
    }, 'cancellation');
    const { handle } = await client.startWorkflow(careful, {});
    await eventually('the task to run', () => seen.includes('begun'));
    await executionsOf(house).waitingFor(handle.workflowId, 'SUSPEND_TYPE_TASK');
    await handle.cancel('changed my mind');
    await expect(handle.result()).rejects.toMatchObject({ name: 'WorkflowCancelled', reason: 'changed my mind' });
    await eventually('the task to stop', () => seen.includes('stopped'));
    expect(seen).toEqual(['begun', 'stopped']);
    await eventually('its place to be free', () => client.worker?.metrics().tasksInProgress === 0);
  });
});

describe('a server that is replaced by one that knows sessions', () => {
  it('gets the worker over to a session; what it had begun is ended as it was begun', async () => {
    const step = task<number, number>({ name: 'step', run: async (_ctx, input) => input + 1 });
    let letGo: (() => void) | undefined;
    const held = task<unknown, string>({
      name: 'held',
      run: async (ctx) => {
        await new Promise<void>((resolve) => (letGo = resolve));
        ctx.streamToken('at last');
        return 'held';
      },
    });
    const both = workflow<unknown, unknown>({
      name: 'both',
      run: async (ctx) => [await ctx.schedule(held, {}), await ctx.schedule(step, 1)],
    });
    const client = await ownWorker((worker) => {
      worker.registerWorkflow(both);
      worker.registerTask(held);
      worker.registerTask(step);
    }, 'replacement');
    const { handle } = await client.startWorkflow(both, {});
    await eventually('the task to run', () => letGo !== undefined);
    expect(await sessions()).toBe(0);
    await house.server.end();
    house.showSessions();
    await house.startServer();
    await eventually('the session', async () => (await sessions()) === 1);
    await eventually('the worker to know', () => client.worker?.isRunning());
    letGo?.();
    expect(await handle.result()).toEqual(['held', 2]);
    const { tasks } = await house.client.workflows.tasks(handle.workflowId);
    expect(tasks.map(({ executionCount }) => executionCount)).toEqual([1, 1]);
    await expectSoundHistory(house.client, handle.workflowId, 2);
  });
});

/** How many worker sessions stand. */
async function sessions(): Promise<number> {
  const answer = await fetch(`${house.http}/_/metrics`, { headers: { authorization: `Bearer ${devUser}` } });
  return Number(/^flovyn_worker_sessions (\d+)$/m.exec(await answer.text())?.[1]);
}
