import { STREAM_LOSS, type StreamEvent } from '@flovyn/events';
import type { AttemptEntries } from '@flovyn/protocol/grpc';
import { describe, expect, it } from 'vitest';
import { silent } from '../../test/recorded-execution.js';
import type { Answer } from './session.js';
import { StreamSender, streamLimits } from './stream-sender.js';

/** A session that takes entries when it is told to. */
class FakeOutput {
  readonly sent: { readonly item: AttemptEntries; readonly answered: (answer: Answer) => void }[] = [];
  isWritable = true;
  isConnected = true;
  #fills: (() => void)[] = [];

  request(kind: string, item: unknown, answered: (answer: Answer) => void): void {
    if (kind !== 'attemptEntries') throw new Error(`Not output: ${kind}`);
    this.sent.push({ item: item as AttemptEntries, answered });
  }

  whenWritable(fill: () => void): void {
    this.#fills.push(fill);
  }

  flush(): void {
    for (const fill of this.#fills.splice(0)) fill();
  }

  confirm(index: number, stored: number): void {
    this.sent[index]?.answered({ isAccepted: true, detail: { $case: 'entries', value: { stored } } });
  }

  refuse(index: number, code: string, stored?: number): void {
    this.sent[index]?.answered({ isAccepted: false, code, message: code, stored });
  }

  get payloads(): StreamEvent[] {
    return this.sent.flatMap(({ item }) => item.entries.map(({ payload }) => JSON.parse(payload) as StreamEvent));
  }

  get firsts(): number[] {
    return this.sent.map(({ item }) => item.first);
  }
}

function aSender(session: FakeOutput): { sender: StreamSender; isLost: () => boolean } {
  let lost = false;
  const sender = new StreamSender({
    session: session as never,
    ref: { taskExecutionId: 't', workflowExecutionId: '', claimToken: 'c' },
    logger: silent,
    onLeaseLost: () => {
      lost = true;
    },
  });
  return { sender, isLost: () => lost };
}

const token = (text: string): StreamEvent => ({ type: 'token', text });

describe('the output of an attempt', () => {
  it('shows data as it was when it was shown, whatever becomes of the value since', () => {
    const session = new FakeOutput();
    const { sender } = aSender(session);
    const tally = { rows: 1 };
    sender.push({ type: 'data', data: tally });
    tally.rows = 2;
    sender.push({ type: 'data', data: tally, stream: 'tallies' });
    tally.rows = 3;
    session.flush();
    expect(session.payloads).toEqual([
      { type: 'data', data: { rows: 1 } },
      { type: 'data', data: { rows: 2 }, stream: 'tallies' },
    ]);
  });

  it('is numbered from 0 and sent together', async () => {
    const session = new FakeOutput();
    const { sender } = aSender(session);
    sender.push(token('a'));
    sender.push(token('b'));
    session.flush();
    sender.push(token('c'));
    expect(await sender.finish()).toEqual({ entries: 3, lostEntries: 0 });
    expect(session.firsts).toEqual([0, 2]);
    expect(session.payloads).toEqual([token('a'), token('b'), token('c')]);
  });

  it('R25 is joined when it waits: tokens grow, only the newest progress stays, nothing else is lost', async () => {
    const session = new FakeOutput();
    session.isWritable = false;
    const { sender } = aSender(session);
    for (let i = 0; i < streamLimits.queue - 1; i += 1) sender.push({ type: 'data', data: i });
    sender.push({ type: 'progress', progress: 0.1 });
    sender.push({ type: 'progress', progress: 0.2 });
    for (let i = 0; i < 50_000; i += 1) sender.push(token('x'));
    session.isWritable = true;
    const finishing = sender.finish();
    for (let sent = 0; sent < session.sent.length; sent += 1) {
      const { first, entries } = session.sent[sent]?.item ?? { first: 0, entries: [] };
      session.confirm(sent, first + entries.length);
      session.flush();
    }
    await finishing;
    const progress = session.payloads.filter(({ type }) => type === 'progress');
    const text = session.payloads.map((event) => (event.type === 'token' ? event.text : '')).join('');
    expect(progress).toEqual([{ type: 'progress', progress: 0.2 }]);
    expect(text).toBe('x'.repeat(50_000));
    expect(session.payloads.filter(({ type }) => type === 'data')).toHaveLength(streamLimits.queue - 1);
  });

  it('that had to be given up stands in the stream as a loss', async () => {
    const session = new FakeOutput();
    session.isWritable = false;
    const { sender } = aSender(session);
    for (let i = 0; i < 2 * streamLimits.queue + 5; i += 1) sender.push({ type: 'data', data: 0 });
    session.isWritable = true;
    const finishing = sender.finish();
    for (let sent = 0; sent < session.sent.length; sent += 1) {
      const { first, entries } = session.sent[sent]?.item ?? { first: 0, entries: [] };
      session.confirm(sent, first + entries.length);
      session.flush();
    }
    expect(await finishing).toEqual({ entries: 2 * streamLimits.queue + 1, lostEntries: 0 });
    expect(session.payloads.at(-1)).toMatchObject({
      type: 'error',
      code: STREAM_LOSS,
      message: expect.stringContaining('5'),
    });
  });

  it('R18 is sent again behind a refused end, from where the server is', async () => {
    const session = new FakeOutput();
    const { sender } = aSender(session);
    for (const text of ['a', 'b', 'c']) sender.push(token(text));
    expect(await sender.finish()).toEqual({ entries: 3, lostEntries: 0 });
    session.confirm(0, 3);
    expect(sender.again(1)).toEqual({ entries: 3, lostEntries: 0 });
    expect(session.firsts).toEqual([0, 1]);
    expect(session.payloads.slice(3)).toEqual([token('b'), token('c')]);
  });

  it('larger than a mebibyte, or not JSON, is left out and said to be', async () => {
    const session = new FakeOutput();
    const { sender } = aSender(session);
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    sender.push(token('x'.repeat(1_048_576)));
    sender.push({ type: 'data', data: cycle });
    sender.push(token('é'.repeat(400_000)));
    expect(await sender.finish()).toEqual({ entries: 2, lostEntries: 0 });
    expect(session.payloads).toMatchObject([{ type: 'token' }, { type: 'error', code: STREAM_LOSS }]);
  });

  it('is not sent faster than it is confirmed', () => {
    const session = new FakeOutput();
    const { sender } = aSender(session);
    for (let i = 0; i < streamLimits.unconfirmed + 10; i += 1) sender.push(token('x'));
    session.flush();
    expect(session.payloads).toHaveLength(streamLimits.unconfirmed);
    session.confirm(0, 512);
    session.flush();
    expect(session.payloads).toHaveLength(streamLimits.unconfirmed + 10);
  });

  it('is sent again from where the server says it ends', () => {
    const session = new FakeOutput();
    const { sender } = aSender(session);
    for (const text of ['a', 'b', 'c', 'd']) sender.push(token(text));
    session.flush();
    session.confirm(0, 4);
    sender.push(token('e'));
    session.flush();
    // The database has lost its last moments: of four entries it has two.
    session.refuse(1, 'FAILED_PRECONDITION', 2);
    expect(session.firsts).toEqual([0, 4, 2]);
    expect(session.sent[2]?.item.entries.map(({ payload }) => payload)).toEqual(
      ['c', 'd', 'e'].map((text) => JSON.stringify(token(text))),
    );
  });

  it('ends with the claim', async () => {
    const session = new FakeOutput();
    const { sender, isLost } = aSender(session);
    sender.push(token('a'));
    session.flush();
    session.refuse(0, 'LEASE_LOST');
    sender.push(token('b'));
    session.flush();
    await sender.finish();
    expect(isLost()).toBe(true);
    expect(session.payloads).toEqual([token('a')]);
  });

  it('waits for its next connection with everything when there is none', async () => {
    const session = new FakeOutput();
    session.isConnected = false;
    const { sender } = aSender(session);
    for (let i = 0; i < 6_000; i += 1) sender.push(token('x'));
    const finishing = sender.finish();
    for (let i = 0; i < 20; i += 1) session.confirm(i, (i + 1) * 512);
    session.flush();
    expect(await finishing).toEqual({ entries: 6_000, lostEntries: 0 });
    expect(session.payloads).toHaveLength(6_000);
  });
});
