import type { ExecutionId, OrgId, Started, StreamEntry, WorkflowRecord } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import { type ServerFrame, serverItem } from '@flovyn/protocol/grpc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoubts } from '../../process/doubts.js';
import { createOutgoing } from './outgoing.js';
import { createPressure } from './pressure.js';
import { refusedItem } from './refused.js';
import { type Result, createResults } from './results.js';

const id = '00000000-0000-7000-8000-000000000001' as ExecutionId;
const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a refusal', () => {
  it('says from where to go on, and when', () => {
    const said = (error: ServiceError) => refusedItem(7, error).item?.value;
    const hole = new ServiceError('FAILED_PRECONDITION', 'a hole', { actual: 3 });
    expect(said(hole)).toMatchObject({ id: 7, code: 'FAILED_PRECONDITION', message: 'a hole', stored: 3 });
    const full = new ServiceError('RESOURCE_EXHAUSTED', 'full', { retryAfterSeconds: 2 });
    expect(said(full)).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterMs: 2_000, stored: undefined });
    const limit = new ServiceError('RESOURCE_EXHAUSTED', 'too many', { limit: 1, actual: 2 });
    expect(said(limit)).toMatchObject({ retryAfterMs: undefined, stored: undefined });
  });
});

describe('what goes out', () => {
  function aSink() {
    const frames: ServerFrame[] = [];
    let drain: () => void = () => undefined;
    const sink = {
      isFull: false,
      frames,
      write(frame: ServerFrame) {
        frames.push(frame);
        return !sink.isFull;
      },
      once: (_event: 'drain', listener: () => void) => (drain = listener),
      drain: () => drain(),
    };
    return sink;
  }
  const ping = (timestampMs: number) => serverItem('ping', { timestampMs });

  it('goes out in order, once per turn of the event loop', async () => {
    const sink = aSink();
    const outgoing = createOutgoing(sink, () => undefined);
    outgoing.send(ping(1));
    outgoing.send(ping(2));
    expect(sink.frames).toEqual([]);
    await nextTurn();
    outgoing.send(ping(3));
    await nextTurn();
    expect(sink.frames).toEqual([{ items: [ping(1), ping(2)] }, { items: [ping(3)] }]);
  });

  it('goes out in frames that other implementations take', async () => {
    const sink = aSink();
    const outgoing = createOutgoing(sink, () => undefined);
    const input = new Uint8Array(1_500_000);
    for (let count = 0; count < 5; count++) {
      outgoing.send(
        serverItem('taskAssigned', {
          taskExecutionId: '',
          workflowExecutionId: '',
          claimToken: '',
          kind: '',
          input,
          attempt: 1,
          maxRetries: 0,
          queue: '',
          traceparent: '',
        }),
      );
    }
    await nextTurn();
    expect(sink.frames.map(({ items }) => items.length)).toEqual([2, 2, 1]);
  });

  it('tells when the worker cannot follow, and when it can again', async () => {
    const sink = aSink();
    const pressure: boolean[] = [];
    const outgoing = createOutgoing(sink, (isFull) => pressure.push(isFull));
    sink.isFull = true;
    outgoing.send(ping(1));
    await nextTurn();
    outgoing.send(ping(2));
    await nextTurn();
    expect(pressure).toEqual([true]);
    sink.isFull = false;
    sink.drain();
    expect(pressure).toEqual([true, false]);
  });

  it('does not go out any more when nobody is there', async () => {
    const sink = aSink();
    const outgoing = createOutgoing(sink, () => undefined);
    outgoing.send(ping(1));
    outgoing.close();
    outgoing.send(ping(2));
    await nextTurn();
    expect(sink.frames).toEqual([]);
  });
});

describe('R25 pressure', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('slows who sends, holds who does not listen, and lets go when the backlog is small', () => {
    let changes = 0;
    const said: string[] = [];
    const sender = {
      slowDown: (isSlow: boolean) => void said.push(isSlow ? 'slow' : 'go on'),
      hold: (isHeld: boolean) => void said.push(isHeld ? 'hold' : 'let go'),
    };
    const pressure = createPressure({ backlog: () => ({ changes, bytes: 0 }) });
    changes = 4_000;
    pressure.felt(sender);
    expect(said).toEqual([]);
    changes = 4_001;
    pressure.felt(sender);
    pressure.felt(sender);
    expect(said).toEqual(['slow']);
    changes = 40_000;
    pressure.felt(sender);
    expect(said).toEqual(['slow', 'hold']);
    changes = 3_000;
    vi.advanceTimersByTime(100);
    expect(said).toEqual(['slow', 'hold']);
    changes = 2_000;
    vi.advanceTimersByTime(10);
    expect(said).toEqual(['slow', 'hold', 'let go', 'go on']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts bytes as well', () => {
    const slowDown = vi.fn<(isSlow: boolean) => void>();
    const pressure = createPressure({ backlog: () => ({ changes: 1, bytes: 9 * 1_048_576 }) });
    pressure.felt({ slowDown, hold: () => undefined });
    expect(slowDown).toHaveBeenCalledWith(true);
    pressure.close();
  });
});

describe('a result', () => {
  function aHouse({ isAlone = true } = {}) {
    const listeners = new Set<(entries: readonly StreamEntry[]) => void>();
    let record: WorkflowRecord | undefined;
    let failure: ServiceError | undefined;
    let looks = 0;
    const doubts = createDoubts();
    const results = createResults(
      {
        subscribeFamily: () => () => undefined,
        subscribeOrg: () => () => undefined,
        subscribe(_id, listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        settled: () => Promise.resolve(),
      },
      {
        workflow: async () => {
          looks++;
          if (failure !== undefined) throw failure;
          return record;
        },
      },
      doubts,
      isAlone,
    );
    const told: Result[] = [];
    return {
      results,
      told,
      listeners,
      doubts,
      looks: () => looks,
      tell: (result: Result) => void told.push(result),
      become: (workflow: object) => (record = { workflow, sequence: 1 } as unknown as WorkflowRecord),
      fail: (error: ServiceError | undefined) => (failure = error),
      commitEnd: () => {
        for (const listener of listeners) listener([{ terminal: true } as StreamEntry]);
      },
    };
  }
  const completed = { status: 'COMPLETED', output: '1' as Json } as const;
  const begun = (created: boolean) => Promise.resolve<Started>({ id, created, createdAt: 1 });

  it('is told at once when there is one', async () => {
    const house = aHouse();
    house.become(completed);
    house.results.await(orgId, id, undefined, house.tell);
    await nextTurn();
    expect(house.told).toEqual([completed]);
    expect(house.listeners.size).toBe(0);
  });

  it('is told when it comes, with one look at the database', async () => {
    const house = aHouse();
    house.results.await(orgId, id, begun(true), house.tell);
    await nextTurn();
    expect(house.looks()).toBe(0);
    house.become(completed);
    house.commitEnd();
    await vi.waitFor(() => expect(house.told).toEqual([completed]));
    expect(house.looks()).toBe(1);
  });

  it('needs no look when its bearer brings it along', async () => {
    const house = aHouse();
    house.results.await(orgId, id, begun(true), house.tell);
    house.commitEnd();
    house.results.known(orgId, id, completed);
    house.results.known(orgId, id, completed);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(house.told).toEqual([completed]);
    expect(house.looks()).toBe(0);
  });

  it('needs no look when it came between the start and the asking', async () => {
    const house = aHouse();
    house.results.began(orgId, id);
    house.results.known(orgId, id, completed);
    house.results.await(orgId, id, undefined, house.tell);
    await vi.waitFor(() => expect(house.told).toEqual([completed]));
    expect(house.looks()).toBe(0);
    expect(house.listeners.size).toBe(0);
  });

  it('of what began here is listened for, and looked for only when nothing is heard for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const house = aHouse();
      house.results.began(orgId, id);
      house.results.await(orgId, id, undefined, house.tell);
      house.become(completed);
      await vi.advanceTimersByTimeAsync(999);
      expect(house.looks()).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      expect(house.told).toEqual([completed]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is only told to its own organisation', () => {
    const house = aHouse();
    house.results.await(orgId, id, begun(true), house.tell);
    house.results.known('other' as OrgId, id, completed);
    expect(house.told).toEqual([]);
  });

  it('is looked for when the start led to something that was there already', async () => {
    const house = aHouse();
    house.become(completed);
    house.results.await(orgId, id, begun(false), house.tell);
    await vi.waitFor(() => expect(house.told).toEqual([completed]));
  });

  it('is not there when the start failed', async () => {
    const house = aHouse();
    house.results.await(orgId, id, Promise.reject(new ServiceError('INVALID_ARGUMENT', 'No.')), house.tell);
    await vi.waitFor(() => expect(house.told).toEqual([{ status: 'UNKNOWN', code: 'NOT_FOUND' }]));
  });

  it('is looked for again when the database was away', async () => {
    const house = aHouse();
    house.fail(new ServiceError('UNAVAILABLE', 'Away.'));
    house.results.await(orgId, id, undefined, house.tell);
    await nextTurn();
    house.fail(undefined);
    house.become(completed);
    await vi.waitFor(() => expect(house.told).toEqual([completed]), { timeout: 5_000 });
  });

  it('is looked for when there is doubt whether a commit was missed', async () => {
    const house = aHouse();
    house.results.await(orgId, id, begun(true), house.tell);
    house.become(completed);
    house.doubts.raise();
    await vi.waitFor(() => expect(house.told).toEqual([completed]));
    house.doubts.close();
  });

  it('is looked for when another process committed something that only the log has', async () => {
    const house = aHouse();
    house.results.await(orgId, id, begun(true), house.tell);
    await nextTurn();
    house.become(completed);
    for (const listener of house.listeners) listener([]);
    await vi.waitFor(() => expect(house.told).toEqual([completed]));
    expect(house.looks()).toBe(1);
  });

  it('is looked for at once when what began here may have ended elsewhere', async () => {
    const house = aHouse({ isAlone: false });
    house.results.began(orgId, id);
    house.become(completed);
    house.results.await(orgId, id, undefined, house.tell);
    await nextTurn();
    expect(house.told).toEqual([completed]);
    expect(house.looks()).toBe(1);
  });

  it('is not told to who has stopped waiting', async () => {
    const house = aHouse();
    const stop = house.results.await(orgId, id, begun(true), house.tell);
    stop();
    house.results.known(orgId, id, completed);
    house.commitEnd();
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(house.told).toEqual([]);
    expect(house.listeners.size).toBe(0);
  });
});
