import { WorkerFrame, WorkerRegistrationRequest, serverItem } from '@flovyn/protocol/grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silent } from '../../test/recorded-execution.js';
import { until } from '../../test/until.js';
import type { FrameListener } from './frame-stream.js';
import { type Answer, Session } from './session.js';

const REF = { taskExecutionId: 't', workflowExecutionId: '', claimToken: 'c' };

/** The other end of each stream that was opened. */
class FakeEnd {
  readonly frames: WorkerFrame[] = [];
  readonly listener: FrameListener;
  takesMore = true;

  constructor(listener: FrameListener) {
    this.listener = listener;
  }

  welcome(heartbeatMs = 60_000): void {
    const common = { sessionId: 's', workerId: 'w', resumed: true, lostClaimTokens: [], leaseMs: 90_000 };
    this.send(serverItem('welcome', { ...common, heartbeatMs, httpUrl: '', serverVersion: '' }));
  }

  send(...items: Parameters<FrameListener['received']>[0]['items']): void {
    this.listener.received({ items });
  }

  get kinds(): (string | undefined)[][] {
    return this.frames.map(({ items }) => items.map(({ item }) => item?.$case));
  }

  get ids(): number[] {
    return this.frames.flatMap(({ items }) => items.map(({ id }) => id));
  }
}

let ends: FakeEnd[];
let session: Session;

beforeEach(async () => {
  ends = [];
  session = new Session({
    openStream: (listener) => {
      const end = new FakeEnd(listener);
      ends.push(end);
      return {
        write: (frame) => {
          end.frames.push(WorkerFrame.decode(frame));
          return end.takesMore;
        },
        end: () => undefined,
        cancel: () => listener.ended(new Error('cancelled')),
      };
    },
    owner: {
      introduction: () => ({
        registration: WorkerRegistrationRequest.create(),
        queue: 'default',
        workflowCapacity: 1,
        taskCapacity: 1,
        heldTurns: [],
        heldAttempts: [],
        heldInstances: [],
      }),
      welcomed: () => undefined,
      received: () => undefined,
      disconnected: () => undefined,
      reconnecting: () => undefined,
      attemptFailed: () => undefined,
      heartbeat: () => undefined,
      gaveUp: () => undefined,
    },
    reconnection: { type: 'exponential' },
    serverUrl: 'http://fake',
    logger: silent,
  });
  const opening = session.open();
  endOf(0).welcome();
  await opening;
});

afterEach(() => session.close());

function endOf(connection: number): FakeEnd {
  const end = ends[connection];
  if (end === undefined) throw new Error(`There is no connection ${connection}`);
  return end;
}

function complete(bytes: number, answered: (answer: Answer) => void = () => undefined): void {
  session.request('attemptCompleted', { ...REF, output: new Uint8Array(bytes), entries: 0, lostEntries: 0 }, answered);
}

describe('a session', () => {
  it('gathers everything of one turn of the event loop in one frame, in order', async () => {
    complete(1);
    session.send('capacity', { workflowCapacity: 1, taskCapacity: 1 });
    complete(1);
    await until(() => endOf(0).frames.length > 1, 'the frame');
    expect(endOf(0).kinds).toEqual([['hello'], ['attemptCompleted', 'capacity', 'attemptCompleted']]);
    expect(endOf(0).ids).toEqual([0, 1, 0, 2]);
  });

  it('makes no frame larger than a server takes', async () => {
    for (let i = 0; i < 5; i += 1) complete(1_000_000);
    complete(5_000_000);
    complete(1);
    await until(() => endOf(0).ids.length === 8, 'the frames');
    expect(endOf(0).frames.map(({ items }) => items.length)).toEqual([1, 2, 2, 1, 1, 1]);
  });

  it('refuses what cannot be sent, and sends the rest', async () => {
    const answers: Answer[] = [];
    complete(17_000_000, (answer) => answers.push(answer));
    session.request(
      'attemptCompleted',
      { ...REF, output: new Uint8Array(1), entries: 1e25, lostEntries: 0 },
      (answer) => answers.push(answer),
    );
    expect(answers).toEqual([]);
    complete(1);
    await until(() => endOf(0).ids.includes(3), 'the frame');
    expect(answers).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE' }, { code: 'INVALID_ARGUMENT' }]);
    expect(session.unanswered).toBe(1);
    expect(() => session.send('queryAnswered', { queryId: 'q', result: new Uint8Array(17_000_000) })).toThrow('bytes');
  });

  it('waits when the connection is full', async () => {
    endOf(0).takesMore = false;
    complete(1);
    await until(() => endOf(0).frames.length === 2, 'the frame that fills the connection');
    complete(1);
    let asked = 0;
    session.whenWritable(() => (asked += 1));
    await new Promise((resolve) => setImmediate(resolve));
    expect([endOf(0).frames.length, asked, session.isWritable]).toEqual([2, 0, false]);
    endOf(0).takesMore = true;
    endOf(0).listener.drained();
    expect([endOf(0).frames.length, asked, session.isWritable]).toEqual([3, 1, true]);
  });

  it('that was closed does not connect again when the server asks its workers to', async () => {
    session.close();
    endOf(0).send(serverItem('drain', { reason: 'The server is stopping', deadlineMs: 1_000 }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ends).toHaveLength(1);
  });

  it('sends what was not answered again, unchanged and in order, and answers it once', async () => {
    const answers: string[] = [];
    for (const name of ['a', 'b', 'c']) complete(1, ({ isAccepted }) => answers.push(`${name} ${isAccepted}`));
    await until(() => endOf(0).frames.length === 2, 'the frame');
    endOf(0).send(serverItem('accepted', { id: 2, detail: undefined }));
    endOf(0).listener.ended(new Error('cut'));
    session.send('heartbeat', { timestampMs: 1 });
    complete(1, ({ isAccepted }) => answers.push(`d ${isAccepted}`));
    await until(() => ends.length === 2, 'the second connection');
    endOf(1).welcome();
    await until(() => endOf(1).frames.length === 2, 'the repeat');
    expect(endOf(1).frames[0]?.items[0]?.item?.value).toMatchObject({ sessionId: 's' });
    expect(endOf(1).ids).toEqual([0, 1, 3, 4]);
    endOf(1).send(serverItem('refused', { id: 1, code: 'LEASE_LOST', message: '' }));
    endOf(1).send(serverItem('refused', { id: 1, code: 'LEASE_LOST', message: '' }));
    endOf(1).send(serverItem('accepted', { id: 3, detail: undefined }));
    endOf(1).send(serverItem('accepted', { id: 4, detail: undefined }));
    expect(answers).toEqual(['b true', 'a false', 'c true', 'd true']);
    expect(session.unanswered).toBe(0);
  });

  it('gives signs of life when it has nothing to say', async () => {
    endOf(0).listener.ended(new Error('cut'));
    await until(() => ends.length === 2, 'the second connection');
    endOf(1).welcome(100);
    await until(
      () =>
        endOf(1)
          .kinds.flat()
          .filter((kind) => kind === 'heartbeat').length >= 2,
      'two signs of life',
    );
  });
});
