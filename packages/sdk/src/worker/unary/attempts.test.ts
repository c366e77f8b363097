import type { Json } from '@flovyn/protocol';
import { ServiceError } from '@flovyn/protocol';
import type { ServerItem, TaskExecutionInfo } from '@flovyn/protocol/grpc';
import { describe, expect, it } from 'vitest';
import { silent } from '../../../test/recorded-execution.js';
import { until } from '../../../test/until.js';
import { Attempts } from './attempts.js';
import type { Call } from './doors.js';

const TASK = '660e8400-e29b-41d4-a716-446655440000';

function aTask(executionCount = 1): TaskExecutionInfo {
  const ids = { taskExecutionId: TASK, workflowExecutionId: '', workerPoolId: undefined };
  return { ...ids, kind: 'echo', input: Buffer.from('1'), executionCount, queue: 'default', traceparent: '' };
}

/** Attempts, with a server that answers as the test says. */
function someAttempts(answer: (name: string, request: object) => object | Promise<void> = () => ({})) {
  const calls: { readonly name: string; readonly request: object }[] = [];
  const told: NonNullable<ServerItem['item']>[] = [];
  const call: Call = async (name, request) => {
    calls.push({ name, request });
    return (await answer(name, request)) as never;
  };
  const attempts = new Attempts({
    call,
    tell: ({ item }) => item !== undefined && told.push(item),
    freed: () => undefined,
    logger: silent,
  });
  return { attempts, calls, told };
}

async function taken(attempts: Attempts, told: NonNullable<ServerItem['item']>[], task = aTask()) {
  await attempts.take(task, Promise.resolve());
  const assigned = told.at(-1);
  if (assigned?.$case !== 'taskAssigned') throw new Error('The task was not assigned');
  const { taskExecutionId, workflowExecutionId, claimToken } = assigned.value;
  return { taskExecutionId, workflowExecutionId, claimToken };
}

const sent = { entries: 0, lostEntries: 0 };
const token = (text: string) =>
  ({ type: 'TOKEN', payload: `{"type":"token","text":"${text}"}`, timestampMs: 1 }) as const;

describe('an attempt that was polled', () => {
  it('hears that its task was cancelled when the worker looks, and says nothing more after that', async () => {
    let isCancelled = false;
    const { attempts, calls, told } = someAttempts((name) => {
      if (name === 'heartbeat' && isCancelled) throw new ServiceError('FAILED_PRECONDITION', 'It is CANCELLED.');
      return {};
    });
    const ref = await taken(attempts, told);
    attempts.look();
    await until(() => calls.length === 1, 'the first look');
    isCancelled = true;
    attempts.look();
    await until(() => told.length === 2, 'the news');
    expect(told[1]).toMatchObject({
      $case: 'attemptCancelled',
      value: { taskExecutionId: TASK, claimToken: ref.claimToken, reason: 'It is CANCELLED.' },
    });
    // Told once; the place is taken until the code has stopped.
    attempts.look();
    expect([calls.length, attempts.active]).toEqual([2, 1]);
    const end = { ...ref, ...sent, error: 'cancelled', retryable: false, cancelled: true };
    await expect(attempts.fail(end)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect([calls.length, attempts.active]).toEqual([2, 0]);
  });

  it('is not looked at by mistake: weather, or an answer to a look that its own end has overtaken, is no news', async () => {
    let finish: (() => void) | undefined;
    const { attempts, told } = someAttempts((name) => {
      if (name === 'completeTask') return new Promise<void>((resolve) => (finish = resolve));
      throw new ServiceError(finish === undefined ? 'UNAVAILABLE' : 'FAILED_PRECONDITION', 'no');
    });
    const ref = await taken(attempts, told);
    attempts.look();
    const ending = attempts.complete({ ...ref, ...sent, output: Buffer.from('1') });
    await until(() => finish !== undefined, 'the end on its way');
    attempts.look();
    finish?.();
    await ending;
    expect(told).toHaveLength(1);
  });

  it('has no words left when a newer attempt of its task was handed over', async () => {
    const { attempts, calls, told } = someAttempts();
    const first = await taken(attempts, told);
    const second = await taken(attempts, told, aTask(2));
    const end = { ...sent, output: Buffer.from('1') };
    await expect(attempts.complete({ ...first, ...end })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(calls).toEqual([]);
    await attempts.complete({ ...second, ...end });
    expect([calls.length, attempts.active]).toEqual([1, 0]);
  });

  it('shows an entry once, however often it is sent, and never before the one in front of it', async () => {
    let isStormy = true;
    const { attempts, calls, told } = someAttempts((_name, request) => {
      const { payload } = request as { payload?: string };
      if (isStormy && payload?.includes('b') === true) throw new ServiceError('UNAVAILABLE', 'a storm');
      return {};
    });
    const ref = await taken(attempts, told);
    const first = { ...ref, first: 0, entries: [token('a'), token('b')] };
    const second = { ...ref, first: 2, entries: [token('c')] };
    const end = { ...ref, entries: 3, lostEntries: 2, output: Buffer.from('1') };
    const said = [attempts.entries(first), attempts.entries(second), attempts.complete(end)];
    expect((await Promise.allSettled(said)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    isStormy = false;
    await Promise.all([attempts.entries(first), attempts.entries(second), attempts.complete(end)]);
    const texts = calls.map(({ name, request }) => (request as { payload?: Json }).payload ?? name);
    const loss = '2 stream entries of this attempt could not be sent';
    expect(texts).toEqual([
      token('a').payload,
      token('b').payload,
      token('b').payload,
      token('c').payload,
      JSON.stringify({ type: 'error', message: loss, code: 'STREAM_LOSS' }),
      'completeTask',
    ]);
  });

  it('is not failed by output or lines of log that the server does not take', async () => {
    const { attempts, told } = someAttempts((name) => {
      if (name !== 'completeTask') throw new ServiceError('INVALID_ARGUMENT', 'no such thing');
      return {};
    });
    const ref = await taken(attempts, told);
    expect(await attempts.entries({ ...ref, first: 0, entries: [token('a')] })).toBe(1);
    await attempts.log({ ...ref, level: 'INFO', message: 'hello', timestampMs: 1 });
    await attempts.complete({ ...ref, entries: 1, lostEntries: 0, output: Buffer.from('1') });
    expect(attempts.active).toBe(0);
  });
});
