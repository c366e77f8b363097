import { afterEach, describe, expect, it } from 'vitest';
import { aWorker } from '../../test/a-worker.js';
import { type FakeTask, FakeServer, refuse } from '../../test/fake-server.js';
import { until } from '../../test/until.js';
import { TaskCancelled, TaskFailed } from '../errors.js';
import { task } from '../task.js';
import type { TaskConfig, TaskContext, TaskDefinition, TaskHooks } from '../types.js';
import type { Worker } from './worker.js';

const ID = '660e8400-e29b-41d4-a716-446655440000';

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

function aTask(
  run: (ctx: TaskContext, input: unknown) => Promise<unknown>,
  more: Partial<TaskConfig> = {},
): TaskDefinition {
  return task<unknown, unknown>({ name: 'work', run, ...more });
}

async function finished(fake: FakeTask): Promise<FakeTask> {
  await until(() => fake.status === 'ENDED', `the end of the task after attempt ${fake.attempt}`);
  return fake;
}

function events(fake: FakeTask): unknown[] {
  return fake.entries.map(({ payload }) => JSON.parse(payload) as unknown);
}

describe('an attempt', () => {
  it('R26 F.12 brings everything its code says to the server, the first and the hundredth time', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      tasks: [
        aTask(async (ctx) => {
          for (let i = 1; i <= 100; i += 1) {
            ctx.reportProgress(i / 100, `step ${i}`);
            ctx.log.info('line %d', i);
            ctx.stream({ type: 'token', text: `${i}` });
            ctx.streamProgress(i / 100);
            ctx.streamData({ when: new Date(i) });
            ctx.streamError(`e${i}`, 'CODE');
            ctx.heartbeat();
            await new Promise((resolve) => setImmediate(resolve));
          }
        }),
      ],
    });
    const fake = await finished(server.startTask(ID, 'work'));
    const shown = events(fake);
    expect(shown).toHaveLength(500);
    for (const i of [1, 100]) {
      expect(shown.slice((i - 1) * 5, i * 5)).toEqual([
        { type: 'progress', progress: i / 100, details: `step ${i}` },
        { type: 'token', text: `${i}` },
        { type: 'progress', progress: i / 100 },
        { type: 'data', data: { when: { __type: 'Date', value: new Date(i).toISOString() } } },
        { type: 'error', message: `e${i}`, code: 'CODE' },
      ]);
      expect(fake.logs[i - 1]).toBe(`INFO line ${i}`);
    }
    expect(fake.heartbeats).toBeGreaterThan(1);
  });

  it('R18 has all its output stored before its end, in order, many entries to a frame', async () => {
    const server = new FakeServer();
    const texts = Array.from({ length: 10_000 }, (_, i) => `${i} `);
    worker = await aWorker(server, {
      tasks: [
        aTask(async (ctx) => {
          for (const text of texts) ctx.streamToken(text);
        }),
      ],
    });
    let storedAtEnd = -1;
    server.onItem = (item) => {
      if (item.$case !== 'attemptCompleted') return;
      storedAtEnd = fake.entries.length;
      expect(item.value.entries).toBe(storedAtEnd);
    };
    const fake = server.startTask(ID, 'work');
    await finished(fake);
    expect(
      events(fake)
        .map((event) => (event as { text: string }).text)
        .join(''),
    ).toBe(texts.join(''));
    expect(storedAtEnd).toBe(fake.entries.length);
    expect(server.frames).toBeLessThan(20);
  });

  it('R18 sends again what a crash of the database took, and its end behind it', async () => {
    const server = new FakeServer();
    const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
    let crashes = 2;
    worker = await aWorker(server, {
      tasks: [
        aTask(async (ctx) => {
          for (const text of texts) ctx.streamToken(text);
          return 'done';
        }),
      ],
    });
    server.onItem = (item) => {
      if (item.$case !== 'attemptCompleted' || crashes === 0) return;
      crashes -= 1;
      fake.entries.length = 30 - 10 * crashes;
    };
    const fake = server.startTask(ID, 'work');
    await finished(fake);
    expect(events(fake)).toEqual(texts.map((text) => ({ type: 'token', text })));
    expect(server.received.filter(({ $case }) => $case === 'attemptCompleted')).toHaveLength(3);
  });

  it('R25 holds its output, and its end behind it, while the server asks for it', async () => {
    const server = new FakeServer();
    let isDone = false;
    worker = await aWorker(server, {
      tasks: [
        aTask(async (ctx) => {
          server.send('slowDown', { resume: false });
          await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
          ctx.streamToken('slowly');
          ctx.log.info('slowly');
          isDone = true;
        }),
      ],
    });
    const fake = server.startTask(ID, 'work');
    await until(() => isDone, 'the code to end');
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(server.received).toEqual([]);
    server.send('slowDown', { resume: true });
    await finished(fake);
    expect([events(fake), fake.logs]).toEqual([[{ type: 'token', text: 'slowly' }], ['INFO slowly']]);
  });

  it('shows nothing of what is no stream event, and goes on', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [aTask(async (ctx) => ctx.stream({ type: 'smell' } as never))] });
    const fake = await finished(server.startTask(ID, 'work'));
    expect([fake.ending, fake.entries]).toEqual(['TASK_COMPLETED', []]);
  });

  it('calls its hooks around the code, and survives hooks that throw', async () => {
    const server = new FakeServer();
    const order: string[] = [];
    const hooks: TaskHooks = {
      onStart: () => {
        order.push('start');
        throw new Error('hook');
      },
      onSuccess: async (_ctx, _input, output) => {
        order.push(`success ${String(output)}`);
        throw new Error('hook');
      },
      onFailure: (_ctx, _input, error) => {
        order.push(`failure ${error.message}`);
        throw new Error('hook');
      },
    };
    worker = await aWorker(server, {
      tasks: [
        aTask(
          async (_ctx, input) => {
            order.push('run');
            if (input === 'bad') throw new Error('bad');
            return 'out';
          },
          { hooks },
        ),
      ],
    });
    const good = await finished(server.startTask(ID, 'work'));
    const bad = await finished(server.startTask(ID.replace('66', '77'), 'work', '"bad"' as never, 0));
    expect(order).toEqual(['start', 'run', 'success out', 'start', 'run', 'failure bad']);
    expect([good.ending, bad.ending]).toEqual(['TASK_COMPLETED', 'TASK_FAILED']);
  });

  it.each<[string, unknown, object]>([
    ['an error', new Error('no'), { error: 'no', retryable: true, cancelled: false }],
    ['a final failure', new TaskFailed('never', ID, false), { error: 'never', retryable: false, cancelled: false }],
    ['a failure to repeat', new TaskFailed('later', ID), { error: 'later', retryable: true, cancelled: false }],
    ['its cancellation', new TaskCancelled(ID, 'enough'), { error: 'enough', retryable: false, cancelled: true }],
    ['no error at all', 'just text', { error: 'just text', retryable: true, cancelled: false }],
  ])('that throws %s says so', async (_what, thrown, expected) => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [aTask(() => Promise.reject(thrown))] });
    await finished(server.startTask(ID, 'work', 'null' as never, 0));
    expect(server.received.find((item) => item.$case === 'attemptFailed')?.value).toMatchObject(expected);
  });

  it('learns that it shall end', async () => {
    const server = new FakeServer();
    let isRunning = false;
    worker = await aWorker(server, {
      tasks: [
        aTask(async (ctx) => {
          isRunning = true;
          for (;;) {
            ctx.checkCancellation();
            await new Promise((resolve) => setImmediate(resolve));
          }
        }),
      ],
    });
    const fake = server.startTask(ID, 'work');
    await until(() => isRunning, 'the task to run');
    server.send('attemptCancelled', { taskExecutionId: ID, claimToken: fake.token, reason: 'not needed' });
    await finished(fake);
    expect(server.received.find((item) => item.$case === 'attemptFailed')?.value).toMatchObject({
      error: 'not needed',
      cancelled: true,
    });
  });

  it('R09 whose claim is gone learns it from its sign of life and says nothing more', async () => {
    const server = new FakeServer();
    let seen: boolean | undefined;
    worker = await aWorker(server, {
      tasks: [
        aTask(async (ctx) => {
          ctx.heartbeat();
          await until(() => ctx.isCancelled, 'the task to see that it is not wanted');
          ctx.streamToken('too late');
          seen = true;
        }),
      ],
    });
    server.onItem = (item) => {
      if (item.$case === 'attemptHeartbeat') refuse('LEASE_LOST');
    };
    server.startTask(ID, 'work');
    await until(() => seen === true, 'the end of the code');
    await worker.stop();
    const said = server.received.map(({ $case }) => $case);
    expect(said).not.toContain('attemptEntries');
    expect(said).not.toContain('attemptCompleted');
    worker = undefined;
  });

  it('whose output the server cannot take fails for good, with the reason', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [aTask(async () => 'x')] });
    server.onItem = (item) => {
      if (item.$case === 'attemptCompleted') refuse('PAYLOAD_TOO_LARGE', 'too large');
    };
    const fake = await finished(server.startTask(ID, 'work'));
    expect(fake.attempt).toBe(1);
    expect(server.received.find((item) => item.$case === 'attemptFailed')?.value).toMatchObject({
      error: expect.stringContaining('too large'),
      retryable: false,
    });
  });

  it('whose output cannot be sent fails for good, over the same connection', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [aTask(async () => 'x'.repeat(17_000_000))] });
    const fake = await finished(server.startTask(ID, 'work'));
    expect(fake.attempt).toBe(1);
    expect(server.hellos).toHaveLength(1);
    expect(server.received.find((item) => item.$case === 'attemptFailed')?.value).toMatchObject({
      error: expect.stringMatching(/The output of the task was refused .*more than the 16777216/),
      retryable: false,
    });
  });

  it('whose error the server cannot take fails for good, with the reason', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      tasks: [
        aTask(async () => {
          throw new Error('x');
        }),
      ],
    });
    server.onItem = (item) => {
      if (item.$case !== 'attemptFailed') return;
      server.onItem = undefined;
      refuse('PAYLOAD_TOO_LARGE', 'too large');
    };
    const fake = await finished(server.startTask(ID, 'work'));
    expect(fake.attempt).toBe(1);
    expect(server.received.filter((item) => item.$case === 'attemptFailed')[1]?.value).toMatchObject({
      error: 'The error of the task was refused (PAYLOAD_TOO_LARGE): too large',
      retryable: false,
    });
  });

  it('that throws what cannot be looked at fails like any other', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, {
      tasks: [
        aTask(
          async () => {
            const { proxy, revoke } = Proxy.revocable({}, {});
            revoke();
            throw proxy;
          },
          { retry: { maxRetries: 0 } },
        ),
      ],
    });
    await finished(server.startTask(ID, 'work'));
    expect(server.received.find((item) => item.$case === 'attemptFailed')?.value).toMatchObject({
      error: expect.stringContaining('cannot be printed'),
    });
  });

  it('of an unknown kind is handed back', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { tasks: [aTask(async () => 1)] });
    server.send('taskAssigned', {
      taskExecutionId: ID,
      workflowExecutionId: '',
      claimToken: 'token',
      kind: 'unknown',
      input: new Uint8Array(),
      attempt: 1,
      maxRetries: 0,
      queue: 'default',
      traceparent: '',
    });
    await until(() => server.received.length > 0, 'the answer');
    expect(server.received[0]).toMatchObject({
      $case: 'attemptReleased',
      value: { reason: expect.stringContaining('unknown') },
    });
  });

  it('in progress is waited for when the worker stops, and nothing new is begun', async () => {
    const server = new FakeServer();
    let finish: (() => void) | undefined;
    worker = await aWorker(server, { tasks: [aTask(() => new Promise<void>((resolve) => (finish = resolve)))] });
    const first = server.startTask(ID, 'work');
    await until(() => finish !== undefined, 'the task to run');
    const stopping = worker.stop();
    await until(() => server.received.some(({ $case }) => $case === 'capacity'), 'the worker to take no more');
    const second = server.startTask(ID.replace('66', '77'), 'work');
    finish?.();
    await stopping;
    expect([first.status, second.status]).toEqual(['ENDED', 'PENDING']);
    worker = undefined;
  });
});
