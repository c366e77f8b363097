import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { aWorker } from '../../test/a-worker.js';
import { type FakeExecution, FakeServer } from '../../test/fake-server.js';
import { propertySettings, propertyTimes } from '../../test/property.js';
import { until } from '../../test/until.js';
import { task } from '../task.js';
import { workflow } from '../workflow.js';
import type { Worker } from './worker.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const TASK = '660e8400-e29b-41d4-a716-446655440000';
const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

function operations(execution: FakeExecution): number {
  return execution.facts.filter(({ type }) => type === 'OPERATION_COMPLETED').length;
}

describe('after a cut', () => {
  it('an attempt goes on, and loses and doubles none of its output', async () => {
    const server = new FakeServer();
    let goOn: (() => void) | undefined;
    const stream = task<unknown, string>({
      name: 'stream',
      run: async (ctx) => {
        for (let i = 0; i < 100; i += 1) {
          ctx.streamToken(`${i} `);
          if (i % 10 === 9) await new Promise<void>((resolve) => (goOn = resolve));
        }
        return 'streamed';
      },
    });
    worker = await aWorker(server, { tasks: [stream] });
    const fake = server.startTask(TASK, 'stream');
    for (let cut = 0; cut < 10; cut += 1) {
      await until(() => goOn !== undefined, 'the task to pause');
      const next = goOn;
      goOn = undefined;
      await turns(cut % 4);
      if (cut % 2 === 0) server.cut();
      next?.();
    }
    await until(() => fake.status === 'ENDED', 'the end of the task');
    expect(fake.attempt).toBe(1);
    expect(fake.entries.map(({ payload }) => (JSON.parse(payload) as { text: string }).text).join('')).toBe(
      Array.from({ length: 100 }, (_, i) => `${i} `).join(''),
    );
  });

  it('an item whose answer was lost is sent again, once, and counts once', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [workflow<unknown, unknown>({ name: 'flow', run: async (ctx) => ctx.schedule(echo, 1) })],
      tasks: [echo],
    });
    let ends = 0;
    server.onItem = (item) => {
      if (item.$case !== 'attemptCompleted') return;
      ends += 1;
      // The answer is on its way when the connection breaks.
      if (ends === 1) queueMicrotask(() => server.cut());
    };
    const execution = server.start(ID, 'flow');
    await until(() => execution.status === 'COMPLETED', 'the end of the execution');
    await until(() => ends === 2, 'the repeat');
    expect(execution.facts.filter(({ type }) => type === 'TASK_COMPLETED')).toHaveLength(1);
    expect(server.tasks.size).toBe(1);
  });

  it(
    'everything ends as without cuts, wherever they come',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(12), { minLength: 1, maxLength: 12 }),
          fc.boolean(),
          async (gaps, restarts) => {
            const server = new FakeServer();
            const acts: number[] = [];
            const definition = workflow<unknown, unknown>({
              name: 'flow',
              run: async (ctx) => {
                const sums: unknown[] = [];
                for (let i = 0; i < 4; i += 1) {
                  sums.push(...(await Promise.all([ctx.schedule(echo, i), ctx.schedule(echo, -i)])));
                  sums.push(await ctx.run('act', () => acts.push(i)));
                  ctx.set('step', i);
                }
                return sums.length;
              },
            });
            const running = await aWorker(server, { workflows: [definition], tasks: [echo] });
            const execution = server.start(ID, 'flow');
            for (const gap of gaps) {
              await turns(gap);
              if (restarts) server.restart();
              else server.cut();
              await until(() => server.isConnected, 'the worker to come back');
            }
            await until(() => execution.status === 'COMPLETED', `the end; facts: ${execution.facts.length}`);
            expect(JSON.parse(execution.facts.at(-1)?.data ?? '')).toEqual({ output: 12 });
            expect(operations(execution)).toBe(4);
            expect(execution.facts.filter(({ type }) => type === 'TASK_SCHEDULED')).toHaveLength(8);
            expect(execution.facts.filter(({ type }) => type === 'TASK_COMPLETED')).toHaveLength(8);
            expect(execution.facts.filter(({ type }) => type === 'STATE_SET')).toHaveLength(4);
            await running.stop();
          },
        ),
        propertySettings(60),
      );
    },
    60_000 * propertyTimes,
  );

  it('drops what the server says is lost and keeps the rest', async () => {
    const server = new FakeServer();
    const ends: string[] = [];
    const releases = new Map<string, () => void>();
    const held = task<string, string>({
      name: 'held',
      run: async (ctx, name) => {
        await new Promise<void>((resolve) => releases.set(name, resolve));
        ends.push(`${name} ${ctx.isCancelled ? 'lost' : 'kept'}`);
        return name;
      },
    });
    worker = await aWorker(server, { tasks: [held] });
    const lost = server.startTask(TASK, 'held', '"a"' as never);
    const kept = server.startTask(TASK.replace('66', '77'), 'held', '"b"' as never);
    await until(() => releases.size === 2, 'both tasks to run');
    lost.token = '';
    lost.status = 'ENDED';
    server.cut();
    await until(() => server.isConnected && server.hellos.length === 2, 'the worker to come back');
    await turns(3);
    for (const release of releases.values()) release();
    await until(() => kept.status === 'ENDED', 'the end of the task that was kept');
    expect(ends.toSorted()).toEqual(['a lost', 'b kept']);
    expect(server.received.filter(({ $case }) => $case === 'attemptCompleted')).toHaveLength(1);
  });

  it('tells the server what it holds, by its session', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [
        workflow<unknown, unknown>({
          name: 'flow',
          run: async (ctx) => [await ctx.schedule(echo, 1), await ctx.waitForSignal('go')],
        }),
      ],
      tasks: [echo],
    });
    const execution = server.start(ID, 'flow');
    await until(() => execution.facts.length === 5 && execution.status === 'WAITING', 'the wait for the signal');
    await turns(3);
    server.cut();
    await until(() => server.hellos.length === 2, 'the second hello');
    expect(server.hellos[1]).toMatchObject({
      sessionId: 'session-1',
      heldTurns: [],
      heldInstances: [{ workflowExecutionId: ID, sequence: 5 }],
    });
  });

  it('awaits results again', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { workflows: [] });
    const execution = server.start(ID, 'elsewhere');
    const result = worker.awaitResult(ID);
    await turns(3);
    server.cut();
    await until(() => server.isConnected, 'the worker to come back');
    await turns(3);
    expect(execution.isAwaited).toBe(true);
    server.send('executionEnded', { workflowExecutionId: ID, status: 'COMPLETED' });
    await expect(result).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('that the server announced, nothing pauses: a second connection takes over', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      workflows: [
        workflow<unknown, unknown>({
          name: 'flow',
          run: async (ctx) => {
            for (let i = 0; i < 20; i += 1) await ctx.schedule(echo, i);
          },
        }),
      ],
      tasks: [echo],
    });
    const disconnects: unknown[] = [];
    worker.handle.on('disconnected', (data) => disconnects.push(data));
    const execution = server.start(ID, 'flow');
    await until(() => execution.facts.length > 10, 'the execution to get going');
    server.send('drain', { reason: 'deployment', deadlineMs: 1_000 });
    await until(() => execution.status === 'COMPLETED', 'the end of the execution');
    expect(server.hellos).toHaveLength(2);
    expect(disconnects).toEqual([]);
  });

  it('no more attempts are made than the strategy allows', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { reconnection: { type: 'none' } });
    const stopped = new Promise((resolve) => worker?.handle.on('stopped', resolve));
    const waiting = worker.awaitResult(ID);
    server.cut();
    await expect(waiting).rejects.toThrow('cut');
    await expect(stopped).resolves.toMatchObject({ reason: { kind: 'error', message: 'The connection was cut' } });
    worker = undefined;
  });
});
