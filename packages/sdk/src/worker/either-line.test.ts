import { ServiceError } from '@flovyn/protocol';
import type { Json } from '@flovyn/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { aCaller, newCaller, unknownSession } from '../../test/a-caller.js';
import { EngineDoors } from '../../test/engine-doors.js';
import { FakeServer } from '../../test/fake-server.js';
import { until } from '../../test/until.js';
import { ConnectionError } from '../errors.js';
import { loggerTo } from '../log.js';
import { task } from '../task.js';
import { workflow } from '../workflow.js';
import type { OpenStream } from './frame-stream.js';
import type { Worker } from './worker.js';

const TASK = '660e8400-e29b-41d4-a716-446655440000';
const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

let house = new EngineDoors();
let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop(false);
  await house.close();
  house = new EngineDoors();
});

/** A server that has no sessions until it is replaced by one that has. */
function aServerToReplace() {
  const server = new FakeServer();
  let opened = 0;
  let open: OpenStream = unknownSession;
  const openSession: OpenStream = (listener) => {
    opened += 1;
    house.before = undefined;
    return open(listener);
  };
  /** The next call finds nobody, and whoever comes back finds the other server. */
  const replace = (next: OpenStream): void => {
    open = next;
    house.before = () => {
      throw new ServiceError('UNAVAILABLE', 'The server is stopping.');
    };
  };
  return { server, openSession, opened: () => opened, replace };
}

function heard() {
  const lines: string[] = [];
  return { lines, logger: loggerTo((level, message) => lines.push(`${level}: ${message}`)) };
}

describe('a worker of a server that does not know sessions', () => {
  it('says so once, however often it has to come back', async () => {
    const { lines, logger } = heard();
    const { openSession, opened } = aServerToReplace();
    worker = await aCaller(house, { tasks: [echo], logger }, openSession);
    let returns = 0;
    worker.handle.on('reconnected', () => (returns += 1));
    for (const expected of [1, 2]) {
      house.before = (name) => {
        if (name === 'sendHeartbeat') return;
        house.before = undefined;
        throw new ServiceError('UNAVAILABLE', 'a storm');
      };
      await house.startTask('echo');
      await until(() => returns === expected, 'the return');
    }
    expect(opened()).toBe(3);
    expect(lines.filter((line) => line.includes('knows no worker sessions'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('knows worker sessions now'))).toEqual([]);
  });

  it('moves to the session of the server that replaces it, and ends by single calls what it had', async () => {
    const { lines, logger } = heard();
    const { server, openSession, replace } = aServerToReplace();
    const running = new Map<unknown, () => void>();
    const held = task<unknown, unknown>({
      name: 'held',
      run: async (ctx, input) => {
        await new Promise<void>((resolve) => running.set(input, resolve));
        ctx.streamToken(String(input));
        return input;
      },
    });
    const acting = workflow<unknown, unknown>({
      name: 'acting',
      run: async (ctx) => ctx.run('act', () => new Promise((resolve) => running.set('act', () => resolve('done')))),
    });
    worker = await aCaller(house, { workflows: [acting], tasks: [held], logger }, openSession);
    const old = await house.startTask('held', '"old"' as Json);
    const execution = await house.start('acting');
    await until(() => running.size === 2, 'the task and the turn');
    replace(server.openStream);
    // The poll after this one is what finds the line broken.
    await house.startTask('held', '"other"' as Json);
    await until(() => server.hellos.length === 1, 'the session');
    expect(server.hellos[0]).toMatchObject({
      heldTurns: [],
      heldAttempts: [],
      workflowCapacity: 100,
      taskCapacity: 1_000,
    });

    const fresh = server.startTask(TASK, 'held', '"new"' as Json);
    await until(() => running.has('new'), 'a task of the session');
    for (const letGo of running.values()) letGo();
    await until(() => fresh.status === 'ENDED', 'the end of the new task');
    await until(() => worker?.handle.metrics().tasksInProgress === 0, 'the end of the old tasks');
    await until(() => worker?.handle.metrics().workflowsExecuted === 1, 'the end of the old turn');
    expect(await house.task(old)).toMatchObject({ status: 'COMPLETED', output: '"old"' });
    expect(await house.output(old)).toEqual([{ type: 'token', text: 'old' }]);
    expect((await house.types(execution)).at(-1)).toBe('WORKFLOW_COMPLETED');
    expect(fresh.entries.map(({ payload }) => payload)).toEqual(['{"type":"token","text":"new"}']);
    expect(lines.filter((line) => line.includes('knows worker sessions now'))).toHaveLength(1);
  });

  it('hears over the session what came of a call while there was no line', async () => {
    const { server, openSession, replace } = aServerToReplace();
    let answer: (() => void) | undefined;
    worker = await aCaller(house, { tasks: [echo] }, (listener) => {
      answer?.();
      return openSession(listener);
    });
    house.after = (name) => {
      if (name === 'completeTask') return new Promise((resolve) => (answer = resolve));
    };
    const id = await house.startTask('echo');
    await until(() => answer !== undefined, 'the end of the task, stored and not answered');
    replace(server.openStream);
    await house.startTask('unknown');
    await until(() => server.hellos.length === 1, 'the session');
    await until(() => worker?.handle.metrics().tasksExecuted === 1, 'the answer');
    expect((await house.task(id))?.status).toBe('COMPLETED');
    // It was neither sent again nor told to the session.
    expect([house.count('completeTask'), server.received.length]).toEqual([1, 0]);
  });

  it('drops what it had by a session when the server is one without', async () => {
    const { server, openSession, replace } = aServerToReplace();
    let letGo: (() => void) | undefined;
    const wasLost: boolean[] = [];
    const held = task<unknown, unknown>({
      name: 'held',
      run: async (ctx) => {
        await new Promise<void>((resolve) => (letGo = resolve));
        wasLost.push(ctx.isCancelled);
      },
    });
    replace(server.openStream);
    worker = await aCaller(house, { tasks: [held, echo] }, openSession);
    server.startTask(TASK, 'held');
    await until(() => letGo !== undefined, 'the task');
    replace(unknownSession);
    server.cut();
    await house.startTask('echo');
    await until(() => house.count('completeTask') === 1, 'a task by single calls');
    letGo?.();
    await until(() => wasLost.length === 1, 'the end of the lost task');
    expect(wasLost).toEqual([true]);
    expect(house.count('completeTask')).toBe(1);
  });
});

describe('a worker of a server that', () => {
  it('refuses its session in another way makes no single calls', async () => {
    const error = new ConnectionError('Nobody is there', 'http://fake:9090');
    worker = newCaller(house, { tasks: [echo], reconnection: { type: 'none' } }, (listener) => {
      setImmediate(() => listener.ended(error));
      return { write: () => true, end: () => undefined, cancel: () => undefined };
    });
    await expect(worker.start()).rejects.toBe(error);
    expect(house.calls).toEqual([]);
  });

  it('knows neither sessions nor registrations is told as it is', async () => {
    house.before = () => {
      throw new ServiceError('UNIMPLEMENTED', 'unknown service flovyn.v1.WorkerLifecycle');
    };
    worker = newCaller(house, { tasks: [echo] });
    await expect(worker.start()).rejects.toThrow('Registering the worker failed: unknown service');
  });
});
